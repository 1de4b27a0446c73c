import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/generated/report.js';
import { auditPair } from '../../src/run/audit.js';
import { as, deliver, populate, replicate } from '../../fixtures/make/drift.js';
import { startPair, whyNoCyrus } from '../../fixtures/make/instance.js';
import type { Pair, SyncRun } from '../../fixtures/make/instance.js';
import { differences, lostMessages, uidPromotions } from '../../fixtures/make/outcome.js';
import { observePair } from '../../fixtures/make/state.js';
import type { ObservedPair } from '../../fixtures/make/state.js';

/** ada has ordinary lag, ben a split brain; both on one pair that real sync_client then replicates. */
describe.skipIf(whyNoCyrus() !== undefined)('a pair that real Cyrus made and replicates', () => {
  let pair: Pair | undefined;
  /** `master/` and `replica/` of the stopped pair in three states: what an audit is given. */
  let copies: string;
  let before: ObservedPair;
  let after: ObservedPair;
  let runs: readonly SyncRun[];

  const copyOf = (state: 'in-sync' | 'drifted' | 'replicated'): string => join(copies, state);

  beforeAll(async () => {
    copies = await mkdtemp(join(tmpdir(), 'cyraudit-real-test-'));
    pair = await startPair();
    await populate(pair.master);
    await replicate(pair);
    await pair.stop();
    await pair.copyStopped(copyOf('in-sync'));

    await pair.start();
    await as(pair.master, 'ada', async (ada) => {
      await deliver(ada, 'INBOX', 101);
      await ada.store('INBOX', '1', '+', ['\\Answered']);
      await ada.create('INBOX.New');
      await deliver(ada, 'INBOX.New', 102);
    });
    await as(pair.master, 'ben', (ben) => deliver(ben, 'INBOX', 103));
    await as(pair.replica, 'ben', (ben) => deliver(ben, 'INBOX', 104));
    await pair.stop();
    await pair.copyStopped(copyOf('drifted'));
    before = await observePair(pair);

    await pair.start();
    runs = [await pair.syncRolling(), await pair.syncAll()];
    await pair.stop();
    await pair.copyStopped(copyOf('replicated'));
    after = await observePair(pair);
  });

  afterAll(async () => {
    await pair?.dispose();
    await rm(copies, { recursive: true, force: true });
  });

  describe('the engine', () => {
    it('saw a difference before and none after', () => {
      expect(differences(before)).toEqual([
        'user.ada: contents differ',
        'user.ada.New: only on master',
        'user.ben: contents differ',
      ]);
      expect(runs.map((run) => run.exit)).toEqual([0, 0]);
      expect(differences(after)).toEqual([]);
    });

    it('lost no message', () => {
      expect(lostMessages(before, after)).toEqual([]);
    });

    it('renumbered the split brain of ben and nothing of ada', () => {
      expect(uidPromotions(before, after)).toEqual([
        expect.stringMatching(/^master user\.ben guid [0-9a-f]{8} uid 3 -> [45]$/),
        expect.stringMatching(/^replica user\.ben guid [0-9a-f]{8} uid 3 -> [45]$/),
      ]);
    });
  });

  describe('the audit', () => {
    const audit = (state: 'in-sync' | 'drifted' | 'replicated'): Promise<Report> =>
      auditPair({ master: join(copyOf(state), 'master'), replica: join(copyOf(state), 'replica'), level: 'content' });
    const classes = ({ mailboxes }: Report): Record<string, string> =>
      Object.fromEntries(mailboxes.map((mailbox) => [mailbox.mboxname, mailbox.class]));

    it.each(['in-sync', 'replicated'] as const)('calls the pair %s clean', async (state) => {
      const report = await audit(state);
      expect([report.verdict, report.complete, report.unaudited]).toEqual(['clean', true, []]);
      expect([report.findings, report.mailboxes, report.users]).toEqual([[], [], []]);
    });

    it('calls ada safe and ben admin before replication', async () => {
      const report = await audit('drifted');
      expect([report.verdict, report.complete]).toEqual(['admin', true]);
      expect(classes(report)).toEqual({ 'user.ada': 'safe', 'user.ada.New': 'safe', 'user.ben': 'admin' });
    });

    it('names the effects that the engine then had', async () => {
      const { mailboxes } = await audit('drifted');
      const findings = mailboxes.flatMap(({ mboxname, findings: found }) =>
        found.map(({ code, uid, effects = [] }) => [mboxname, code, uid, effects]),
      );
      expect(findings).toEqual([
        ['user.ada', 'flags-pending', 1, ['update-replica']],
        ['user.ada', 'record-only-on-master', expect.any(Number), ['copy-to-replica']],
        ['user.ada.New', 'mailbox-only-on-master', undefined, ['copy-to-replica']],
        ['user.ben', 'guid-mismatch', 3, ['copy-back-to-master', 'renumber']],
      ]);
      // The new UIDs are those that both messages of ben then had.
      const clash = mailboxes.find(({ mboxname }) => mboxname === 'user.ben')!.findings[0]!;
      const [onMaster, onReplica] = uidPromotions(before, after).map((line) => Number(/-> (\d+)$/.exec(line)![1]));
      expect(clash.facts).toMatchObject({ masterNewUid: onMaster, replicaNewUid: onReplica });
    });
  });
});
