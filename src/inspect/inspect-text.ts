import { parseImapdConf } from '../formats/imapd-conf/imapd-conf.js';
import { SYNC_LOG_TYPES } from '../formats/sync-log/line-types.js';
import { scanSyncLog, type SyncLogLine } from '../formats/sync-log/sync-log.js';
import type { FormatFault } from '../model/fault.js';
import { PagedFile, readSmallFile } from '../sources/read-only-file.js';
import { faultItem, type Inspection, type Item } from './inspection.js';
import { readWhole } from './read-file.js';

const MAX_CONF = 16 * 1024 * 1024;

export function inspectSyncLog(file: string): Inspection {
  return { about: { format: 'sync-log' }, items: syncLogItems(file) };
}

function* syncLogItems(file: string): Generator<Item> {
  const source = PagedFile.open(file);
  try {
    const faults: FormatFault[] = [];
    let told = 0;
    for (const line of scanSyncLog(source, file, faults)) {
      for (; told < faults.length; told++) yield faultItem(faults[told]!);
      yield lineItem(line);
    }
    for (; told < faults.length; told++) yield faultItem(faults[told]!);
  } finally {
    source.close();
  }
}

/** `type` is the item's own; the word of the log line is its command. What an unknown one names is not known either. */
function lineItem({ type, args, line, offset }: SyncLogLine): Item {
  const start = { type: 'line', line, offset, command: type } as const;
  const known = SYNC_LOG_TYPES[type];
  if (known === undefined) return { ...start, args };
  const named = Object.fromEntries(known.arguments.map((name, i) => [name, args[i] ?? '']));
  return { ...start, ...named, ...(known.writtenBy === undefined ? {} : { writtenBy: known.writtenBy }) };
}

export function inspectConf(file: string): Inspection {
  const conf = parseImapdConf(readWhole(file, MAX_CONF).toString('utf8'), file, (path) => {
    const read = readSmallFile(path, MAX_CONF);
    return read.bytes === undefined ? new Error(read.failure.reason) : read.bytes.toString('utf8');
  });
  const options = [...conf.options].map(([name, value]) => ({
    type: 'option' as const,
    name,
    // What is printed here ends up in tickets and mails.
    value: name.includes('password') ? '(hidden)' : value,
  }));
  const problems = conf.problems.map((problem) => ({
    type: 'fault' as const,
    code: 'conf-problem',
    line: problem.line,
    ...(problem.file === file ? {} : { includedFile: problem.file }),
    actual: problem.message,
  }));
  return { about: { format: 'imapd.conf' }, items: [...options, ...problems] };
}
