import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FormatFault } from '../model/fault.js';
import type { Mbentry } from '../model/mailbox.js';
import { isAbsent } from '../sources/read-only-file.js';
import { ALL, READ, READ_WRITE, SEARCH, type ServerAccess } from '../sources/server-access.js';
import { locateSieve, locateUserMeta } from '../sources/spool/locate-mailbox.js';
import type { Side } from '../sources/spool/open-side.js';
import type { MailboxDirs } from '../sources/spool/paths.js';

/**
 * What of a mailbox the server may not use: `no-access` keeps it from opening the mailbox, `no-append` from storing
 * messages there. cyrus.header is replaced as a whole and never written to. The caches are looked at with the files.
 * Measured with 3.6.1: each of these owned by root, with and without leave to read, on the master and on the replica.
 */
export function* mailboxAccess(access: ServerAccess, dirs: MailboxDirs): Generator<FormatFault> {
  for (const dir of directoriesOf(dirs)) {
    const closed = access.fault('no-access', dir, SEARCH) ?? access.fault('no-append', dir, ALL);
    if (closed !== undefined) yield closed;
  }
  yield* access.faults('no-access', [dirs.metaOf('header')], READ);
  yield* access.faults('no-access', [dirs.metaOf('index'), dirs.metaOf('annotations')], READ_WRITE);
}

/** True when the server may use the directories of a mailbox, as far as it is known whom it runs as. */
export function mayUseDirectories(access: ServerAccess | undefined, dirs: MailboxDirs): boolean {
  if (access === undefined) return true;
  for (const dir of directoriesOf(dirs)) if (access.fault('no-append', dir, ALL) !== undefined) return false;
  return true;
}

/**
 * What of a user beside his mailboxes the server may not use: subscriptions, seen state, scripts and the index of them,
 * and the records of these quota roots. Measured as above.
 */
export function* userAccess(
  { layout, access }: Accessed,
  userid: string,
  inbox: Mbentry,
  quotaroots: Iterable<string>,
): Generator<FormatFault> {
  if (access === undefined) return;
  const databases = USER_DATABASES.map((suffix) => locateUserMeta(layout, userid, suffix, inbox)).filter(isPath);
  // Most users have neither: to look first costs less than to ask for each file.
  for (const dir of new Set(databases.map((path) => dirname(path)))) {
    if (isAbsent(dir)) continue;
    yield* access.faults('no-access', [dir], ALL);
    const inDir = databases.filter((path) => dirname(path) === dir);
    yield* access.faults('no-access', inDir, READ_WRITE);
  }
  const sieve = locateSieve(layout, userid, inbox);
  if (sieve !== undefined && !isAbsent(sieve)) {
    yield* access.faults('no-access', [sieve], ALL);
    yield* access.faults('no-access', someFilesIn(sieve), READ);
  }
  yield* quotaAccess({ layout, access }, quotaroots);
}

/** The same of quota roots alone. */
export function* quotaAccess({ layout, access }: Accessed, quotaroots: Iterable<string>): Generator<FormatFault> {
  if (access === undefined || !layout.quota.legacy) return;
  const paths = [...quotaroots].map((root) => layout.quotaPath(root)).filter(isPath);
  yield* access.faults('no-access', paths, READ_WRITE);
}

/** What of the whole server the user that it runs as may not use: databases, and the directories that all else lies in. */
export function* serverAccess({ layout, access }: Accessed): Generator<FormatFault> {
  if (access === undefined) return;
  const { quota, configDirectory } = layout;
  const databases = [layout.mailboxesDb, layout.annotationsDb, ...(quota.legacy ? [] : [quota.db])];
  yield* access.faults('no-access', databases, READ_WRITE);
  const roots = layout.partitions.flatMap(({ data, meta, archive, metaDirs }) => [
    data,
    join(data, 'uuid'),
    // Where messages are put until their mailbox takes them.
    ...['sync.', 'stage.'].map((name) => join(data, name)),
    ...[meta, archive].filter(isPath),
    ...metaDirs.values(),
  ]);
  const ofConfig = ['user', 'sync'].map((name) => join(configDirectory, name));
  yield* access.faults('no-access', new Set([...roots, ...ofConfig, ...(quota.legacy ? [quota.dir] : [])]), ALL);
}

type Accessed = Pick<Side, 'layout' | 'access'>;

const USER_DATABASES = ['seen', 'sub', 'dav'] as const;
const isPath = (path: string | undefined): path is string => path !== undefined;

/** Scripts of a user that are looked at. */
const MAX_SCRIPTS = 200;

function someFilesIn(dir: string): string[] {
  try {
    const names = readdirSync(dir).sort().slice(0, MAX_SCRIPTS);
    return names.map((name) => join(dir, name));
  } catch {
    // Whoever reads it says why it cannot be listed.
    return [];
  }
}

function directoriesOf(dirs: MailboxDirs): ReadonlySet<string> {
  const metadata = (['header', 'index', 'annotations'] as const).map((name) => dirname(dirs.metaOf(name)));
  return new Set([dirs.data, ...metadata, ...(dirs.archive === undefined ? [] : [dirs.archive])]);
}
