import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { create } from 'tar';

const modules = join(import.meta.dirname, '../../node_modules');

interface LocalRegistry {
  readonly url: string;
  /** Names of the packages that were asked for. */
  readonly asked: ReadonlySet<string>;
  close(): Promise<void>;
}

/**
 * A package registry on loopback that has what lies in our node_modules, so that npm can install without a network.
 * Each package is packed anew from its directory.
 */
export async function startLocalRegistry(): Promise<LocalRegistry> {
  const asked = new Set<string>();
  const pack = async (name: string): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of create({ cwd: join(modules, name), gzip: true, portable: true, prefix: 'package' }, [
      '.',
    ]))
      chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const answer = async (path: string, url: string): Promise<Buffer | object | undefined> => {
    const name = path.replace(/\.tgz$/, '');
    const manifest = join(modules, name, 'package.json');
    if (!existsSync(manifest)) return undefined;
    const tarball = await pack(name);
    if (path.endsWith('.tgz')) return tarball;
    asked.add(name);
    const described = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string; devDependencies?: unknown };
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    return {
      name,
      'dist-tags': { latest: described.version },
      versions: { [described.version]: { ...described, dist: { tarball: `${url}/${name}.tgz`, integrity } } },
    };
  };
  const server = createServer((request, response) => {
    const url = `http://${request.headers.host ?? ''}`;
    answer(decodeURIComponent(request.url ?? '/').slice(1), url).then(
      (body) => {
        response.statusCode = body === undefined ? 404 : 200;
        response.end(body instanceof Buffer ? body : JSON.stringify(body ?? {}));
      },
      (error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
