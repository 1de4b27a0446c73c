import { basename } from 'node:path';
import { MAX_COUNTERS_BYTES, parseCounters } from '../formats/counters/counters.js';
import { parseMailboxHeader } from '../formats/mailbox-header/mailbox-header.js';
import { parseQuotaRecord } from '../formats/quota/quota-record.js';
import { parseSieveBytecode, SIEVE_BYTECODE_HEAD } from '../formats/sieve/bytecode.js';
import { ACTIVE_LINK, scriptOfTarget } from '../formats/sieve/script-directory.js';
import { parseSkipstamp } from '../formats/skipstamp/skipstamp.js';
import type { FormatFault } from '../model/fault.js';
import { faultItem, fieldsOf, type Inspection } from './inspection.js';
import { readHead, readWhole } from './read-file.js';
import { quotaVersion } from './rows/user-rows.js';
import { versionOf } from './written-by.js';

/** Files that are read whole. A larger one is none of those. */
const MAX_SMALL = 16 * 1024 * 1024;
const LF = 0x0a;

export function inspectHeader(file: string): Inspection {
  const { value, faults } = parseMailboxHeader(readWhole(file, MAX_SMALL), file);
  return {
    about: { format: 'cyrus.header', ...(value === undefined ? {} : versionOf('cyrus.header', value.form)) },
    items: [
      ...(value === undefined ? [] : [{ type: 'header' as const, ...fieldsOf(value) }]),
      ...faults.map(faultItem),
    ],
  };
}

export function inspectCounters(file: string): Inspection {
  const { value, faults } = parseCounters(readHead(file, MAX_COUNTERS_BYTES), file);
  const { version, modseqs, ...rest } = value ?? { version: undefined, modseqs: {} };
  return {
    about: { format: 'counters', ...(version === undefined ? {} : versionOf('counters', String(version))) },
    items: [
      ...(value === undefined ? [] : [{ type: 'counters' as const, ...fieldsOf({ ...rest, ...modseqs }) }]),
      ...faults.map(faultItem),
    ],
  };
}

export function inspectSkipstamp(file: string): Inspection {
  const { value, faults } = parseSkipstamp(readHead(file, 64), file);
  return {
    about: { format: 'skipstamp' },
    items: [
      ...(value === undefined ? [] : [{ type: 'skipstamp' as const, ...fieldsOf(value) }]),
      ...faults.map(faultItem),
    ],
  };
}

/** One file of quotalegacy: the record of the root that it is called after. */
export function inspectQuota(file: string): Inspection {
  const bytes = readWhole(file, MAX_SMALL);
  const { value, faults } = parseQuotaRecord(bytes, file);
  const unended: FormatFault[] =
    bytes.at(-1) === LF || bytes.length === 0
      ? []
      : [{ code: 'db-truncated', file, offset: bytes.length, expected: 'LF at the end', actual: 'none' }];
  const quotaroot = basename(file).replace(/\.NEW$/, '');
  return {
    about: { format: 'quota', backend: 'quotalegacy', ...quotaVersion(value) },
    items: [
      ...(value === undefined ? [] : [{ type: 'quota' as const, quotaroot, ...fieldsOf(value) }]),
      ...[...faults, ...unended].map(faultItem),
    ],
  };
}

export function inspectBytecode(file: string): Inspection {
  const { value, faults } = parseSieveBytecode(readHead(file, SIEVE_BYTECODE_HEAD), file);
  return {
    about: {
      format: 'sieve-bytecode',
      ...(value === undefined ? {} : versionOf('sieve-bytecode', String(value.version))),
    },
    items: [{ type: 'sieve-bytecode', script: scriptOf(file, '.bc') }, ...faults.map(faultItem)],
  };
}

/** The source of a script, as the user wrote it. */
export function inspectScript(file: string): Inspection {
  const text = readWhole(file, MAX_SMALL).toString('utf8');
  return {
    about: { format: 'sieve-script' },
    items: [{ type: 'sieve-script', script: scriptOf(file, '.script'), bytes: Buffer.byteLength(text), text }],
  };
}

/** The link to the bytecode of the active script; undefined when a link is not called so. */
export function inspectActiveLink(file: string, target: string): Inspection | undefined {
  const name = basename(file);
  if (name !== ACTIVE_LINK && name !== `${ACTIVE_LINK}.NEW`) return undefined;
  const script = scriptOfTarget(target);
  return {
    about: { format: 'sieve-active-link' },
    items: [{ type: 'sieve-active-link', target, ...(script === undefined ? {} : { script }) }],
  };
}

function scriptOf(file: string, suffix: string): string {
  const name = basename(file).replace(/\.NEW$/, '');
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}
