import { Option, type Command } from 'commander';
import type { Inspection } from '../../inspect/inspection.js';
import { AuditError } from '../../model/audit-error.js';
import { STATUS_UNKNOWN } from '../exit-status.js';
import { statusOf } from '../status-of-error.js';
import { aboutText, itemText } from '../item-text.js';
import { writeStdout } from '../terminal.js';

type Style = 'text' | 'json' | 'ndjson';

/** Characters that are handed to stdout at a time. */
const CHUNK = 64 * 1024;

export function addInspect(program: Command): void {
  program
    .command('inspect')
    .description(
      'decode files of Cyrus: cyrus.index, cyrus.cache, cyrus.header, databases, counters, sync logs, quota, imapd.conf',
    )
    .argument('<file...>', 'files, recognised by their bytes and names')
    .addOption(new Option('--json', 'one JSON document').conflicts('ndjson'))
    .option('--ndjson', 'one JSON object per line')
    .addHelpText(
      'after',
      `
Examples:
  cyraudit inspect cyrus.index
  cyraudit inspect --ndjson mailboxes.db | grep user.fred

The form of JSON and NDJSON is that of schemas/inspect.schema.json.

Exit status: 0 decoded, 1 decoded with faults, 3 when one is not readable, unknown, or known and not decoded here; the
others are decoded all the same.`,
    )
    .action(async (files: string[], options: { json?: boolean; ndjson?: boolean }) => {
      const { inspectFile } = await import('../../inspect/inspect-file.js');
      const style: Style = options.json === true ? 'json' : options.ndjson === true ? 'ndjson' : 'text';
      // Every file is recognised before anything is printed: a document that breaks off in the middle is no JSON.
      const inspections: { readonly file: string; readonly inspection: Inspection }[] = [];
      let refused = 0;
      for (const file of files) {
        try {
          inspections.push({ file, inspection: inspectFile(file) });
        } catch (error) {
          // One that is none of Cyrus does not keep the others back: DIRECTORY/* has message files as well.
          if (!(error instanceof AuditError)) throw error;
          refused = statusOf(error);
        }
      }
      const state = { faults: 0, notDecoded: 0 };
      let pending = '';
      for (const part of output(inspections, style, state)) {
        pending += part;
        if (pending.length < CHUNK) continue;
        await writeStdout(pending);
        pending = '';
      }
      await writeStdout(pending);
      if (state.notDecoded > 0) process.exitCode = STATUS_UNKNOWN;
      else if (refused > 0) process.exitCode = refused;
      else if (state.faults > 0) process.exitCode = 1;
    });
}

function* output(
  inspections: readonly { file: string; inspection: Inspection }[],
  style: Style,
  state: { faults: number; notDecoded: number },
): Generator<string> {
  for (const [n, { file, inspection }] of inspections.entries()) {
    const { about, items } = inspection;
    if (style === 'text') yield `${n > 0 ? '\n' : ''}${aboutText(file, about)}`;
    // Left open: the items follow.
    if (style === 'json') yield `${n > 0 ? ',\n' : '['}${JSON.stringify({ file, ...about }).slice(0, -1)},"items":[`;
    let first = true;
    for (const item of items) {
      if (item.type === 'fault') state.faults += 1;
      if (item.type === 'not-decoded') state.notDecoded += 1;
      if (style === 'text') yield itemText(item);
      else if (style === 'ndjson') yield `${JSON.stringify({ file, ...about, ...item })}\n`;
      else yield `${first ? '\n' : ',\n'}${JSON.stringify(item)}`;
      first = false;
    }
    if (style === 'json') yield `]}${n === inspections.length - 1 ? ']\n' : ''}`;
  }
}
