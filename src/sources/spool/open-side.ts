import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseImapdConf, type ImapdConf } from '../../formats/imapd-conf/imapd-conf.js';
import { AuditError } from '../../model/audit-error.js';
import type { SideRole } from '../../model/effects.js';
import { readSmallFile } from '../read-only-file.js';
import { ServerAccess } from '../server-access.js';
import { openDatabase, type OpenedDatabase } from './open-database.js';
import { makeSpoolLayout, type SpoolLayout } from './paths.js';

/** What names a side, as it is sent to the workers. */
export interface SideSpec {
  readonly role: SideRole;
  /** The argument as given. */
  readonly source: string;
  /** Absolute paths of imapd.conf lie below this directory. */
  readonly root?: string;
}

export function sideSpec<R extends SideRole>(
  role: R,
  source: string,
  root: string | undefined,
): SideSpec & { role: R } {
  return { role, source, ...(root === undefined ? {} : { root }) };
}

/** One side of a pair, opened for reading. */
export interface Side {
  readonly role: SideRole;
  readonly spec: SideSpec;
  /** Real path of the imapd.conf. */
  readonly confFile: string;
  readonly conf: ImapdConf;
  readonly layout: SpoolLayout;
  readonly list: OpenedDatabase;
  readonly annotations: OpenedDatabase;
  /** undefined = whom the server runs as is not known. */
  readonly access?: ServerAccess;
  close(): void;
}

/** Larger than any imapd.conf that a person wrote. */
const MAX_CONF_BYTES = 4 * 1024 * 1024;

/**
 * Reads the configuration of a side and opens its mailbox list.
 * @throws AuditError when the configuration is missing or cannot be used
 */
export function openSide(spec: SideSpec): Side {
  const confFile = findConf(spec);
  const text = readConf(confFile);
  const conf = parseImapdConf(text, confFile, (path) => {
    const read = readSmallFile(below(spec.root, path), MAX_CONF_BYTES);
    return read.failure === undefined ? read.bytes.toString('utf8') : new Error(read.failure.reason);
  });
  const problem = conf.problems[0];
  if (problem !== undefined) {
    throw new AuditError(
      'conf-invalid',
      `${problem.file}:${String(problem.line)}: ${problem.message}`,
      'Correct the line, or name another imapd.conf.',
    );
  }
  const layout = makeSpoolLayout(conf, {
    confDir: dirname(confFile),
    ...(spec.root === undefined ? {} : { root: resolve(spec.root) }),
  });
  const list = openDatabase(layout.mailboxesDb);
  const annotations = openDatabase(layout.annotationsDb);
  const access = ServerAccess.of(layout.configDirectory);
  return {
    role: spec.role,
    spec,
    confFile,
    conf,
    layout,
    list,
    annotations,
    ...(access === undefined ? {} : { access }),
    close: () => {
      list.close();
      annotations.close();
    },
  };
}

/** An absolute path inside a copied root. */
function below(root: string | undefined, path: string): string {
  return root === undefined ? path : join(resolve(root), path);
}

function findConf({ source, role }: SideSpec): string {
  const name = role === 'single' ? 'the side' : `the ${role}`;
  let stat;
  try {
    stat = statSync(source);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new AuditError(
        'conf-missing',
        `${source}: no such file or directory`,
        `Name the imapd.conf of ${name}, or the directory that holds it.`,
      );
    }
    throw new AuditError(
      'conf-unreadable',
      `${source}: ${code ?? 'cannot be read'}`,
      'Run cyraudit as root or as the user cyrus.',
    );
  }
  if (!stat.isDirectory()) return realpathSync(source);
  const inside = join(source, 'imapd.conf');
  try {
    statSync(inside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') {
      throw new AuditError('conf-unreadable', `${inside}: EACCES`, 'Run cyraudit as root or as the user cyrus.');
    }
    throw new AuditError(
      'conf-missing',
      `${source}: a directory without an imapd.conf`,
      `Name the imapd.conf of ${name}, or the directory that holds it.`,
    );
  }
  return realpathSync(inside);
}

function readConf(path: string): string {
  const read = readSmallFile(path, MAX_CONF_BYTES);
  if (read.failure === undefined) return read.bytes.toString('utf8');
  throw new AuditError(
    'conf-unreadable',
    read.failure.reason,
    'Name a readable imapd.conf, or run cyraudit as root or as the user cyrus.',
  );
}

/**
 * True when there is nothing at all to audit: neither a mailbox list nor anything in a partition. That is a wrong
 * path, not a damaged server.
 */
export function isEmptySide(side: Side): boolean {
  return (
    !existsSync(side.layout.mailboxesDb) &&
    side.layout.partitions.every((partition) => isEmptyDirectory(partition.data))
  );
}

/** True for a directory that is missing or has no entry. */
export function isEmptyDirectory(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR';
  }
}
