import { lstatSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseCounters } from '../formats/counters/counters.js';
import { detectFormat, type CyrusDbFormat } from '../formats/cyrusdb/open-cyrusdb.js';
import { bufferSource } from '../bytes/byte-source.js';
import { MAX_HEADER_SIZE, readIndexHeader } from '../formats/index/read-header.js';
import { classifyEntryName } from '../formats/mailbox-directory/entry-names.js';
import { MAILBOX_HEADER_MAGIC } from '../formats/mailbox-header/mailbox-header.js';
import { SIEVE_BYTECODE_MAGIC } from '../formats/sieve/bytecode.js';
import { SYNC_LOG_TYPES } from '../formats/sync-log/line-types.js';
import { AuditError } from '../model/audit-error.js';
import { isZeroskip } from '../sources/spool/open-database.js';
import { inspectCache } from './inspect-cache.js';
import { inspectDatabase, inspectZeroskip } from './inspect-database.js';
import { inspectIndex } from './inspect-index.js';
import {
  inspectActiveLink,
  inspectBytecode,
  inspectCounters,
  inspectHeader,
  inspectQuota,
  inspectScript,
  inspectSkipstamp,
} from './inspect-small.js';
import { inspectConf, inspectSyncLog } from './inspect-text.js';
import { notDecoded, type Inspection } from './inspection.js';
import { readHead, systemWords, unreadable } from './read-file.js';
import { rowKindByName } from './rows/all.js';

/** What the first bytes, the name and the path of a file say. */
interface Candidate {
  readonly file: string;
  readonly name: string;
  readonly head: Buffer;
  /** The head as text, a character for each byte. */
  readonly text: string;
  readonly size: number;
  /** As a database it would be of this format. */
  readonly backend: CyrusDbFormat;
}

interface Recogniser {
  readonly is: (candidate: Candidate) => boolean;
  readonly inspect: (file: string) => Inspection;
}

/** As much as any recogniser looks at. */
const HEAD_BYTES = 4096;

const SQUAT_MAGIC = 'SQUAT 1\n';
const SYNC_LOG_LINE = new RegExp(`^(${Object.keys(SYNC_LOG_TYPES).join('|')}) \\S`);

const startsWith =
  (magic: Buffer) =>
  ({ head }: Candidate): boolean =>
    head.subarray(0, magic.length).equals(magic);
const named =
  (pattern: RegExp) =>
  ({ name }: Candidate): boolean =>
    pattern.test(name);

/** By what only such a file holds. */
const BY_CONTENT: readonly Recogniser[] = [
  { is: startsWith(MAILBOX_HEADER_MAGIC), inspect: inspectHeader },
  { is: startsWith(SIEVE_BYTECODE_MAGIC), inspect: inspectBytecode },
  { is: ({ text }) => text.startsWith(SQUAT_MAGIC), inspect: inspectSquat },
  // Text of rows is looked at last: much else has a TAB in its first line.
  { is: ({ backend }) => !['flat', 'empty', 'unknown'].includes(backend), inspect: inspectDatabase },
];

/** By its name, whatever it holds: what is wrong with it is then told as a fault. */
const BY_NAME: readonly Recogniser[] = [
  { is: named(/^cyrus\.index/), inspect: (file) => inspectIndex(file, 'cyrus.index') },
  { is: named(/^cyrus\.expunge/), inspect: (file) => inspectIndex(file, 'cyrus.expunge') },
  { is: named(/^cyrus\.cache/), inspect: inspectCache },
  { is: named(/^cyrus\.header/), inspect: inspectHeader },
  { is: named(/^cyrus\.squat/), inspect: inspectSquat },
  { is: named(/\.counters(\.NEW)?$|^counters\.db/), inspect: inspectCounters },
  { is: named(/^skipstamp$/), inspect: inspectSkipstamp },
  { is: named(/\.conf$/), inspect: inspectConf },
  { is: named(/^log(-run|-\d+)?$/), inspect: inspectSyncLog },
  { is: named(/.\.bc(\.NEW)?$/), inspect: inspectBytecode },
  { is: named(/.\.script(\.NEW)?$/), inspect: inspectScript },
  { is: ({ name }) => rowKindByName(name) !== undefined, inspect: inspectDatabase },
  { is: ({ file, text }) => /\/quota\//.test(file) && /^(%\(|\s*-?\d+[ \n])/.test(text), inspect: inspectQuota },
];

/** Formats without a magic, by what a whole one looks like: copies under other names. */
const BY_LOOKS: readonly Recogniser[] = [
  {
    is: ({ head, size, file }) => {
      const { header, faults } = readIndexHeader(head.subarray(0, MAX_HEADER_SIZE), size, file);
      return header !== undefined && faults.length === 0;
    },
    inspect: (file) => inspectIndex(file, 'cyrus.index'),
  },
  {
    is: ({ head, size, file }) => size === head.length && parseCounters(head, file).faults.length === 0,
    inspect: inspectCounters,
  },
  { is: ({ text }) => SYNC_LOG_LINE.test(text), inspect: inspectSyncLog },
  { is: ({ text }) => /^%\((S|M|AS|NF) \(/.test(text), inspect: inspectQuota },
  { is: ({ text }) => /^[ \t]*configdirectory:/im.test(text), inspect: inspectConf },
  { is: ({ backend }) => backend === 'flat', inspect: inspectDatabase },
];

const KNOWN =
  'cyrus.index, cyrus.cache, cyrus.header, the databases of Cyrus in twoskip, skiplist, flat and twom, counters, quota files, ' +
  'sieve scripts, sync logs, skipstamp and imapd.conf';

/**
 * Decodes a file of Cyrus, recognised by its first bytes and, where they say nothing, by its name.
 * @throws AuditError when it cannot be read or is none that this version knows
 */
export function inspectFile(file: string): Inspection {
  const special = inspectNoFile(file);
  if (special !== undefined) return special;
  const head = readHead(file, HEAD_BYTES);
  const candidate: Candidate = {
    file,
    name: basename(file),
    head,
    text: head.toString('latin1'),
    size: lstatSync(file).size,
    backend: detectFormat(bufferSource(head)),
  };
  const entry = classifyEntryName(candidate.name);
  const recognisers = [...BY_CONTENT, ...BY_NAME, ...(entry.kind === 'message' ? [] : BY_LOOKS)];
  const recogniser = recognisers.find(({ is }) => is(candidate));
  if (recogniser !== undefined) return recogniser.inspect(file);
  const found =
    head.length === 0
      ? 'an empty file'
      : entry.kind === 'other'
        ? `unknown bytes (${head.subarray(0, 16).toString('hex')})`
        : entry.what;
  throw new AuditError(
    'not-a-file',
    `${file}: expected a file of Cyrus, found ${found}`,
    `This version decodes ${KNOWN}.`,
  );
}

/** A link or a directory, in the few cases where Cyrus means something by it. */
function inspectNoFile(file: string): Inspection | undefined {
  try {
    const stat = lstatSync(file);
    if (stat.isSymbolicLink()) {
      const target = readlinkSync(file);
      const link = inspectActiveLink(file, target);
      if (link !== undefined) return link;
      throw new AuditError(
        'not-a-file',
        `${file}: expected a file, found a symbolic link to ${target}`,
        'Links are not followed: name the file that it leads to.',
      );
    }
    if (!stat.isDirectory()) return undefined;
    if (isZeroskip(file)) return inspectZeroskip(file);
    throw new AuditError(
      'not-a-file',
      `${file}: expected a file, found a directory`,
      `Name files inside it, such as ${join(file, 'cyrus.index')}.`,
    );
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw unreadable(`${file}: expected a readable file, found ${systemWords(error)}`, error);
  }
}

function inspectSquat(): Inspection {
  return notDecoded({ format: 'cyrus.squat' }, 'a search index, derived from messages, which is not decoded here');
}
