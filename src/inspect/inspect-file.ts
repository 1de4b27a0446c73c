import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TWOSKIP_MAGIC } from '../formats/cyrusdb/twoskip/layout.js';
import { parseImapdConf } from '../formats/imapd-conf/imapd-conf.js';
import { MAILBOX_HEADER_MAGIC, parseMailboxHeader } from '../formats/mailbox-header/mailbox-header.js';
import { parseSyncLog } from '../formats/sync-log/sync-log.js';
import { AuditError } from '../model/audit-error.js';
import { PagedFile, readSmallFile } from '../sources/read-only-file.js';
import { inspectCache } from './inspect-cache.js';
import { inspectFlat, inspectQuota, inspectTwoskip } from './inspect-database.js';
import { inspectIndex } from './inspect-index.js';
import { faultItem, fieldsOf, type Inspection } from './inspection.js';

/** Files that are read whole; a larger one is none of those. */
const MAX_SMALL = 256 * 1024 * 1024;
const KNOWN =
  'cyrus.index, cyrus.cache, cyrus.header, twoskip and flat databases, quota files, sync logs and imapd.conf';

/**
 * Decodes a file of Cyrus, recognised by its first bytes and, where they say nothing, by its name.
 * @throws AuditError when it cannot be read or is none that this version knows
 */
export function inspectFile(file: string): Inspection {
  const head = readHead(file);
  const name = basename(file);
  if (head.subarray(0, TWOSKIP_MAGIC.length).equals(TWOSKIP_MAGIC)) return inspectTwoskip(file);
  if (head.subarray(0, MAILBOX_HEADER_MAGIC.length).equals(MAILBOX_HEADER_MAGIC) || name === 'cyrus.header')
    return inspectHeader(file, readWhole(file));
  if (name.startsWith('cyrus.index') || name.startsWith('cyrus.expunge')) return inspectIndex(file);
  // Its first bytes are a number.
  if (name.startsWith('cyrus.cache')) return inspectCache(file);
  if (/^mailboxes\.db|^annotations\.db|^cyrus\.annotations/.test(name)) return inspectDatabase(file, head);
  if (name.endsWith('.conf')) return inspectConf(file, readWhole(file));
  if (/^log(-run|-\d+)?$/.test(name)) return inspectSyncLog(file, readWhole(file));
  if (/^[^\t\n]+\t/.test(head.toString('latin1'))) return inspectFlat(file, readWhole(file));
  if (/^(%\(|\s*\d+[ \n])/.test(head.toString('latin1')) && /(^|\/)quota\//.test(file))
    return inspectQuota(file, readWhole(file));
  throw new AuditError(
    'not-a-file',
    `${file}: expected a file of Cyrus, found ${head.length === 0 ? 'an empty file' : `unknown bytes (${head.subarray(0, 16).toString('hex')})`}`,
    `This version decodes ${KNOWN}.`,
  );
}

/** A database by its name, without the magic of twoskip: flat when it is text, else a twoskip that was damaged. */
function inspectDatabase(file: string, head: Buffer): Inspection {
  return /^[^\t\n\0]+\t/.test(head.toString('latin1')) ? inspectFlat(file, readWhole(file)) : inspectTwoskip(file);
}

function inspectHeader(file: string, bytes: Buffer): Inspection {
  const { value, faults } = parseMailboxHeader(bytes, file);
  const header = value === undefined ? [] : [{ type: 'header', ...fieldsOf(value) }];
  return { kind: 'cyrus.header', items: [...header, ...faults.map(faultItem)] };
}

function inspectSyncLog(file: string, bytes: Buffer): Inspection {
  const { value = [], faults } = parseSyncLog(bytes, file);
  // `type` is the item's own; the word of the log line is its command.
  const lines = value.map(({ type, args, line }) => ({ type: 'line', line, command: type, args }));
  return { kind: 'sync log', items: [...lines, ...faults.map(faultItem)] };
}

function inspectConf(file: string, bytes: Buffer): Inspection {
  const conf = parseImapdConf(bytes.toString('utf8'), file, (path) => {
    const read = readSmallFile(path, MAX_SMALL);
    return read.bytes === undefined ? new Error(read.failure.reason) : read.bytes.toString('utf8');
  });
  const options = [...conf.options].map(([name, value]) => ({
    type: 'option',
    name,
    // What is printed here ends up in tickets and mails.
    value: name.includes('password') ? '(hidden)' : value,
  }));
  const problems = conf.problems.map((problem) => ({ type: 'fault', code: 'conf-problem', ...fieldsOf(problem) }));
  return { kind: 'imapd.conf', items: [...options, ...problems] };
}

function readHead(file: string): Buffer {
  try {
    if (statSync(file).isDirectory())
      throw new AuditError(
        'not-a-file',
        `${file}: expected a file, found a directory`,
        `Name files inside it, such as ${join(file, 'cyrus.index')}.`,
      );
    const paged = PagedFile.open(file);
    try {
      return Buffer.from(paged.read(0, 256));
    } finally {
      paged.close();
    }
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw unreadable(
      `${file}: expected a readable file, found ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
      error,
    );
  }
}

function readWhole(file: string): Buffer {
  const read = readSmallFile(file, MAX_SMALL);
  if (read.bytes === undefined) throw unreadable(read.failure.reason);
  return read.bytes;
}

function unreadable(message: string, cause?: unknown): AuditError {
  return new AuditError('io', message, 'Name a file that is there, and run cyraudit as root or as the user cyrus.', {
    cause,
  });
}
