import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const found = PLACES.find(existsSync);

/** Why tests in a browser are skipped here; undefined where one is installed. */
export const whyNoChromium = (): string | undefined =>
  found === undefined ? `no Chromium at ${PLACES.join(', ')} (apt-get install chromium)` : undefined;

/** Headless and without a network of its own doing: nothing is asked for but what a page asks for. */
export function startChromium(): Promise<Browser> {
  if (found === undefined) throw new Error(whyNoChromium());
  const args = ['--disable-background-networking', '--disable-component-update', '--no-first-run'];
  // Its sandbox does not start as root.
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return chromium.launch({ executablePath: found, args });
}
