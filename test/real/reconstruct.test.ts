/** Whatever Cyrus' own checkers complain of, on copies that they may write to, is found by us as well. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { whyNoCyrus } from '../../fixtures/make/instance.js';
import { auditSides } from '../../src/audit/audit.js';
import type { Report } from '../../src/generated/report.js';
import { runHere } from '../../src/run/run-here.js';
import { CYRUS_BIN, type CyrusTools } from '../support/cyrus-tools.js';
import { listPairs, unpackPair, type Collection } from '../support/fixture.js';
import { prepareForCyrus } from '../support/prepare-for-cyrus.js';

interface Complaint {
  readonly mboxname: string;
  readonly uid?: number;
  readonly text: string;
}

/** Damage of mailboxes; of a damaged list these programs see nothing. */
const DAMAGED = /file-|cache-|header-|index-|record-|null-guid|crc|last_uid|byte|duplicate-uid|unknown-system-bit/;
const sets: readonly (readonly [Collection, string])[] = [
  ...listPairs('made').map((name) => ['made', name] as const),
  ...listPairs()
    // An index of version 12 has no place for sums that reconstruct then adds.
    .filter((name) => DAMAGED.test(name) && name !== 'index-version-replica-12')
    .map((name) => ['pairs', name] as const),
];

function prepareCopy(side: string, copy: string): CyrusTools {
  cpSync(side, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return prepareForCyrus(copy);
}

function outputOf(tools: CyrusTools, name: string, args: readonly string[]): string[] {
  const [file, argv] = [join(CYRUS_BIN, name), ['-C', tools.confFile, ...args]];
  const { stdout, stderr } = spawnSync(file, argv, { ...tools.user, encoding: 'latin1', timeout: 30_000 });
  return `${stdout}\n${stderr}`.split('\n');
}

/** `user.ada uid 2 not found`, `user.ada: updating exists 3 => 2`; a mailbox that is sound is named and no more. */
function reconstructComplaints(tools: CyrusTools): Complaint[] {
  return outputOf(tools, 'reconstruct', ['-n', '-G', '-r', 'user.*', 'shared*']).flatMap((line) => {
    const parts = /^((?:user|shared|DELETED)[^ :]*)(?: uid (\d+))?:? (.+)$/.exec(line);
    if (parts === null) return [];
    const [, mboxname = '', uid, text = ''] = parts;
    return [{ mboxname, ...(uid === undefined ? {} : { uid: Number(uid) }), text }];
  });
}

/** Under the name of a mailbox, the records that do not fit their files. */
function mbexamineComplaints(tools: CyrusTools, mboxname: string): Complaint[] {
  return outputOf(tools, 'mbexamine', ['-c', mboxname]).flatMap((line) => {
    const uid = /^ {2}UID: (\d+)/.exec(line)?.[1];
    return uid === undefined ? [] : [{ mboxname, uid: Number(uid), text: 'the record does not fit the file' }];
  });
}

/** Complaints about what we have no finding for: none of that UID, and none of the mailbox as a whole. */
function missedBy({ mailboxes, unaudited }: Report, complaints: readonly Complaint[]): Complaint[] {
  // Of a damaged annotations.db nothing is added up; the damage is told of the side.
  const lacksAnnotations = unaudited.some(({ what }) => what === 'mailbox annotations');
  return complaints.filter(({ mboxname, uid, text }) => {
    if (unaudited.some((part) => part.mboxname === mboxname)) return false;
    if (lacksAnnotations && text.startsWith('updating quota_annot_used')) return false;
    const findings = mailboxes.find((mailbox) => mailbox.mboxname === mboxname)?.findings ?? [];
    // mbexamine -c holds the record behind one that it cannot read against the file of that one.
    const isShifted = findings.some(({ code }) => code === 'record-crc-mismatch');
    return !findings.some(
      (finding) => isShifted || finding.uid === undefined || uid === undefined || finding.uid === uid,
    );
  });
}

let complained = 0;

describe.skipIf(whyNoCyrus() !== undefined)('reconstruct -n -G and mbexamine -c', () => {
  test.each(sets)('%s %s', async (collection, name) => {
    const pair = await unpackPair(name, collection);
    chmodSync(pair.dir, 0o755);
    try {
      for (const role of ['master', 'replica'] as const) {
        const report = await auditSides(
          [{ role: 'single', source: pair[role] }],
          { level: 'content', threads: 1 },
          { version: 'test', startRunner: runHere },
        );
        const tools = prepareCopy(pair[role], join(pair.dir, `copy-${role}`));
        const names = Object.keys(pair.case.after[role].mailboxes);
        // It looks for archived messages in the spool.
        const examined = /^archive_enabled: *(yes|1|on|true)/m.test(
          readFileSync(join(pair[role], 'imapd.conf'), 'utf8'),
        )
          ? []
          : names.flatMap((of) => mbexamineComplaints(tools, of));
        const complaints = [...reconstructComplaints(tools), ...examined];
        complained += complaints.length;
        expect(missedBy(report, complaints), role).toEqual([]);
      }
    } finally {
      await pair.dispose();
    }
  });

  test('they have complained', () => {
    expect(complained).toBeGreaterThan(20);
  });
});
