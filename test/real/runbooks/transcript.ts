import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pair } from '../../../fixtures/make/instance.js';
import { CYRUS_BIN } from '../../support/cyrus-tools.js';
import { cliFile } from '../../support/cli.js';

/** What is another with every run, and what stands for it on the page. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-11-27T03:30:00.000Z'],
  [/\bprocess \d+/g, 'process 4711'],
  [/run\/proc\/\d+/g, 'run/proc/4711'],
  [/[\d.]+ [KM]iB \([\d,]+ bytes\) read in .*/g, '42.0 KiB (43,008 bytes) read in 120 ms.'],
  [/\d+\.\d\d s\b/g, '0.12 s'],
  [/\.[0-9A-F]{8}\b/g, '.6B09434B'],
  [/\b(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{24}\b/g, '04n7oycts4dwpoukj8272xew'],
];

/** Commands as a person would type them, with what they said. Paths below the pair are shown below /srv. */
export class Transcript {
  private readonly bin: string;

  constructor(
    private readonly pair: Pair,
    /** A directory that the user cyrus can read; shown as /var/lib/cyraudit. */
    private readonly work: string,
  ) {
    this.bin = join(work, '.bin');
    mkdirSync(this.bin);
    symlinkSync(join(CYRUS_BIN, 'sync_client'), join(this.bin, 'sync_client'));
    writeFileSync(join(this.bin, 'cyraudit'), `#!/bin/sh\nexec ${process.execPath} ${cliFile} "$@"\n`);
    chmodSync(join(this.bin, 'cyraudit'), 0o755);
  }

  /** Types commands, in which paths are those of the page. @returns what the page shows */
  type(...commands: readonly string[]): string {
    return commands.map((command) => this.typeOne(command)).join('\n');
  }

  private typeOne(command: string): string {
    const { status, stdout } = spawnSync('sh', ['-c', `exec 2>&1\n${this.real(command)}`], {
      encoding: 'utf8',
      cwd: this.work,
      env: { PATH: `${this.bin}:${process.env['PATH'] ?? ''}`, LC_ALL: 'C', TZ: 'UTC' },
    });
    const said = this.shown(stdout).trimEnd();
    return [
      `$ ${command}`,
      ...(said === '' ? [] : [said]),
      ...(status === 0 ? [] : [`# exit status ${String(status)}`]),
    ].join('\n');
  }

  private real(text: string): string {
    // The server in service has no certificate.
    return text
      .replaceAll('/srv/', `${this.pair.dir}/`)
      .replaceAll('/var/lib/cyraudit', this.work)
      .replaceAll('imaps://imap.example.org', `imap://127.0.0.1:${String(this.pair.master.ports.imap)} --no-tls`);
  }

  private shown(text: string): string {
    let shown = text.replaceAll(this.work, '/var/lib/cyraudit').replaceAll(this.pair.dir, '/srv');
    for (const [volatile, instead] of VOLATILE) shown = shown.replace(volatile, instead);
    return shown;
  }
}
