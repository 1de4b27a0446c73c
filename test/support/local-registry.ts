import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { create } from 'tar';

const root = join(import.meta.dirname, '../..');

interface Installed {
  readonly dir: string;
  readonly version: string;
}

/** Where the lockfile has put each version of a package: two may be needed side by side. */
function findInstalled(): ReadonlyMap<string, readonly Installed[]> {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version?: string }>>;
  };
  const found = new Map<string, Installed[]>();
  for (const [path, { version = '' }] of Object.entries(lock.packages)) {
    const name = /(?:^|.*\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    // Binaries for other systems are not there.
    if (name === undefined || !existsSync(join(root, path))) continue;
    const versions = found.get(name) ?? [];
    if (!versions.some((known) => known.version === version)) versions.push({ dir: join(root, path), version });
    found.set(name, versions);
  }
  return found;
}

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
  const installed = findInstalled();
  const pack = async (dir: string): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of create({ cwd: dir, gzip: true, portable: true, prefix: 'package' }, ['.']))
      chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const describeVersion = async (name: string, { dir, version }: Installed, url: string): Promise<object> => {
    const described = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as object;
    const integrity = `sha512-${createHash('sha512')
      .update(await pack(dir))
      .digest('base64')}`;
    return { ...described, dist: { tarball: `${url}/${name}/-/${version}.tgz`, integrity } };
  };
  const answer = async (path: string, url: string): Promise<Buffer | object | undefined> => {
    const [name = '', file] = path.split('/-/');
    const versions = installed.get(name);
    if (versions === undefined) return undefined;
    if (file !== undefined) {
      const wanted = versions.find(({ version }) => file === `${version}.tgz`);
      return wanted === undefined ? undefined : pack(wanted.dir);
    }
    asked.add(name);
    const described: Record<string, object> = {};
    for (const version of versions) described[version.version] = await describeVersion(name, version, url);
    return { name, 'dist-tags': { latest: versions[0]!.version }, versions: described };
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
