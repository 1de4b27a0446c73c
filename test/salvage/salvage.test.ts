import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Includable } from '../../src/findings/salvage/verdicts.js';
import { INDEX_VERSIONS } from '../../src/formats/index/versions/all.js';
import type { ManifestMessage } from '../../src/generated/manifest.js';
import { FLAG_DELETED, FLAG_FLAGGED, FLAG_SEEN } from '../../src/model/index-file.js';
import { salvage, type SalvageOptions, type SalvageResult } from '../../src/salvage/salvage.js';
import { runCli } from '../support/cli.js';
import { snapshotTree } from '../support/fixture.js';
import {
  guidOf,
  idOf,
  messageBytes,
  sideDirOf,
  T0,
  writeSplitPair,
  type SplitPair,
  type TestMailbox,
  type TestRecord,
} from '../support/salvage/split-pair.js';

let pair: SplitPair | undefined;
afterEach(() => {
  pair?.dispose();
  pair = undefined;
});

interface Found extends SalvageResult {
  readonly messages: readonly ManifestMessage[];
}

async function find(
  old: readonly TestMailbox[],
  newer: readonly TestMailbox[],
  options: Partial<Omit<SalvageOptions, 'include'>> & { readonly include?: readonly Includable[] } = {},
  damage: (pair: SplitPair) => void = () => undefined,
): Promise<Found> {
  pair = writeSplitPair(old, newer);
  damage(pair);
  const messages: ManifestMessage[] = [];
  const result = await salvage(
    {
      users: [],
      mailboxes: [],
      logs: [],
      ...options,
      include: new Set(options.include ?? []),
      old: { role: 'single', source: pair.old },
      newer: { role: 'single', source: pair.newer },
    },
    (message) => messages.push(message),
  );
  return { ...result, messages };
}

const verdicts = ({ messages }: Found): string[] =>
  messages.map(({ mboxname, uid, verdict, recover }) => `${mboxname} ${uid} ${verdict}${recover ? ' recover' : ''}`);

const inbox = (records: readonly TestRecord[], more: Partial<TestMailbox> = {}): TestMailbox => ({
  mboxname: 'user.ada',
  records,
  ...more,
});
const live = (uid: number, message = uid, more: Partial<TestRecord> = {}): TestRecord => ({ uid, message, ...more });

describe('what NEW lacks', () => {
  test('nothing, when both sides hold the same', async () => {
    const both = [inbox([live(1), live(2)])];
    expect(await find(both, both)).toMatchObject({
      messages: [],
      unaudited: [],
      counts: { accounts: 1, mailboxes: 1, records: 2, recover: 0, verdicts: {} },
    });
  });

  test('a message that only OLD has, with all that reinject needs', async () => {
    const found = await find(
      [
        inbox([
          live(1),
          live(2, 2, {
            systemFlags: FLAG_SEEN | FLAG_FLAGGED,
            userFlags: [0],
            annotations: [['/comment', 'ada', 'äh']],
          }),
        ]),
      ],
      [inbox([live(1)])],
    );
    const file = join(sideDirOf(pair!.old, idOf('user.ada')), '2.');
    expect(found.messages).toEqual([
      {
        userid: 'ada',
        mboxname: 'user.ada',
        uid: 2,
        guid: guidOf(2),
        verified: true,
        size: messageBytes(2).length,
        internaldate: new Date((T0 + 2) * 1000).toISOString().replace('.000Z', 'Z'),
        internaldateEpoch: T0 + 2,
        flags: { system: ['\\Flagged', '\\Seen'], user: ['$Label1'] },
        annotations: [{ entry: '/comment', userid: 'ada', value: 'äh' }],
        source: file,
        target: { mboxname: 'user.ada', exists: true },
        verdict: 'never-seen',
        why: 'no mailbox of the user on NEW has its GUID',
        recover: true,
      },
    ]);
    expect(found.counts).toMatchObject({ recover: 1, recoverBytes: messageBytes(2).length, filesHashed: 1 });
  });

  test('the same UID is not the same message', async () => {
    const found = await find([inbox([live(1), live(2, 20)])], [inbox([live(1), live(2, 21)])]);
    expect(verdicts(found)).toEqual(['user.ada 2 never-seen recover']);
    expect(found.messages[0]!.guid).toBe(guidOf(20));
  });

  test('the same message under another UID, or in another mailbox, is not lost', async () => {
    const work = { mboxname: 'user.ada.Work' };
    const found = await find(
      [inbox([live(1), live(2), live(3)]), { ...work, records: [] }],
      [inbox([live(1), live(9, 2)]), { ...work, records: [live(5, 3)] }],
    );
    expect(found).toMatchObject({ messages: [], counts: { recover: 0 } });
  });

  test('what another user has on NEW does not count', async () => {
    const ben = { mboxname: 'user.ben' };
    const found = await find([inbox([live(1)]), { ...ben, records: [] }], [inbox([]), { ...ben, records: [live(1)] }]);
    expect(verdicts(found)).toEqual(['user.ada 1 never-seen recover']);
  });

  test('a message in several mailboxes of OLD is offered once', async () => {
    const found = await find(
      [inbox([live(1)]), { mboxname: 'user.ada.Work', records: [live(7, 1)] }],
      [inbox([]), { mboxname: 'user.ada.Work', records: [] }],
    );
    expect(verdicts(found)).toEqual(['user.ada 1 never-seen recover', 'user.ada.Work 7 never-seen']);
    expect(found.messages[1]!.sameAs).toEqual({ mboxname: 'user.ada', uid: 1 });
  });

  test('a shared mailbox is an account of its own', async () => {
    const news = { mboxname: 'news' };
    const found = await find([{ ...news, records: [live(1), live(2)] }], [{ ...news, records: [live(1)] }]);
    expect(verdicts(found)).toEqual(['news 2 never-seen recover']);
    expect(found.messages[0]).not.toHaveProperty('userid');
  });

  test('a user whom NEW does not have', async () => {
    const found = await find([inbox([live(1)])], [{ mboxname: 'user.ben', records: [] }]);
    expect(found.messages).toMatchObject([
      { verdict: 'never-seen', recover: true, target: { mboxname: 'user.ada', exists: false } },
    ]);
  });
});

describe('what was removed on NEW', () => {
  test('an expunged record with its GUID says so, in whatever mailbox', async () => {
    const late = { lastUpdated: T0 + 1000, modseq: 50, state: 'expunged' } as const;
    const old = [inbox([live(1), live(2), live(3)]), { mboxname: 'user.ada.Trash', records: [] }];
    const newer = [
      inbox([live(1, 1, late), live(2, 2, { ...late, state: 'unlinked' })]),
      { mboxname: 'user.ada.Trash', records: [live(4, 3, late)] },
    ];
    const found = await find(old, newer);
    expect(verdicts(found)).toEqual([1, 2, 3].map((uid) => `user.ada ${uid} expunged-on-new`));
    expect(found.messages[2]!.why).toMatch(/^NEW expunged it in user\.ada\.Trash uid 4 at 2025-/);
    expect(found.counts.recover).toBe(0);
    pair!.dispose();
    expect(verdicts(await find(old, newer, { include: ['expunged'] }))).toEqual(
      [1, 2, 3].map((uid) => `user.ada ${uid} expunged-on-new recover`),
    );
  });

  test('what is wanted back comes without \\Deleted, and what is not lost is told with it', async () => {
    const deleted = { systemFlags: FLAG_SEEN | FLAG_DELETED };
    const late = { lastUpdated: T0 + 1000, modseq: 50, state: 'expunged' } as const;
    const found = await find(
      [inbox([live(1, 1, deleted), live(2, 2, { ...deleted, ...late }), live(3, 3, deleted)])],
      [inbox([live(1, 1, late)])],
      { include: ['expunged'] },
    );
    expect(found.messages.map(({ uid, verdict, flags, recover }) => [uid, verdict, flags.system, recover])).toEqual([
      [1, 'expunged-on-new', ['\\Seen'], true],
      [2, 'removed-on-old', ['\\Seen'], true],
      // Its user had not expunged it yet.
      [3, 'never-seen', ['\\Deleted', '\\Seen'], true],
    ]);
  });

  test('what was expunged before this copy came was another one', async () => {
    const before = live(1, 1, { state: 'expunged', lastUpdated: T0 + 100 });
    const found = await find([inbox([before, live(2, 1, { savedate: T0 + 200 })])], [inbox([before])]);
    expect(verdicts(found)).toEqual(['user.ada 2 never-seen recover']);
  });

  test('an expunged record with a wrong checksum says nothing', async () => {
    const found = await find(
      [inbox([live(1)])],
      [inbox([live(1, 1, { state: 'expunged', lastUpdated: T0 + 1000 })])],
      {},
      ({ newer }) => flipIndexByte(newer, 'user.ada', 0, 8),
    );
    expect(verdicts(found)).toEqual(['user.ada 1 never-seen recover']);
  });

  describe('an expunged record that was cleaned out', () => {
    /** UIDs 1 to 3 were common, 3 the last; NEW then had 2 expunged at modseq 10 and cleaned. */
    const common = [live(1), live(2), live(3)];
    const cleaned = { deletedmodseq: 10, highestmodseq: 12, lastUid: 5 };

    test('is known by the common state and deletedmodseq', async () => {
      const found = await find([inbox(common)], [inbox([live(1), live(3)], cleaned)]);
      expect(verdicts(found)).toEqual(['user.ada 2 cleaned-on-new']);
    });

    test('is none when NEW has cleaned out nothing since', async () => {
      const found = await find([inbox(common)], [inbox([live(1), live(3)], { ...cleaned, deletedmodseq: 3 })]);
      expect(verdicts(found)).toEqual(['user.ada 2 never-seen recover']);
    });

    test('is none when the message came after the common state', async () => {
      const found = await find([inbox([...common, live(4)])], [inbox(common, cleaned)]);
      expect(verdicts(found)).toEqual(['user.ada 4 never-seen recover']);
    });

    test('is none when NEW has given its UID to another message', async () => {
      const found = await find([inbox(common)], [inbox([live(1), live(2, 22), live(3)], cleaned)]);
      expect(verdicts(found)).toEqual(['user.ada 2 never-seen recover']);
    });

    test('is not known without createdmodseqs, before version 16', async () => {
      const version = 15;
      const found = await find([inbox(common, { version })], [inbox([live(1), live(3)], { ...cleaned, version })]);
      expect(verdicts(found)).toEqual(['user.ada 2 never-seen recover']);
    });
  });
});

describe('mailboxes that NEW deleted', () => {
  const work = idOf('user.ada.Work');
  const deletedName = 'DELETED.user.ada.Work.686D5C80';
  const old = [inbox([]), { mboxname: 'user.ada.Work', records: [live(1), live(2)] }];
  const asDeleted = (records: readonly TestRecord[]): TestMailbox[] => [
    inbox([]),
    { mboxname: 'user.ada.Work', uniqueid: 'gone', mbtype: 'd' },
    { mboxname: deletedName, uniqueid: work, records },
  ];

  test('a message in the deleted mailbox, and one that came too late for it', async () => {
    const found = await find(old, asDeleted([live(1)]));
    expect(verdicts(found)).toEqual(['user.ada.Work 1 only-in-deleted', 'user.ada.Work 2 in-deleted-mailbox recover']);
    expect(found.messages.map(({ why, target }) => [why, target])).toEqual([
      [`NEW has it only in ${deletedName} uid 1`, { mboxname: 'user.ada.Work', exists: false }],
      [`NEW deleted its mailbox, now ${deletedName}, which lacks it`, { mboxname: 'user.ada.Work', exists: false }],
    ]);
  });

  test('are offered as a whole when that is asked for', async () => {
    expect(verdicts(await find(old, asDeleted([live(1)]), { include: ['deleted'] }))).toEqual([
      'user.ada.Work 1 only-in-deleted recover',
      'user.ada.Work 2 in-deleted-mailbox recover',
    ]);
  });

  test('a copy that is seen elsewhere makes up for one in a deleted mailbox', async () => {
    const [, ...rest] = asDeleted([live(1), live(2)]);
    expect((await find(old, [inbox([live(1), live(2)]), ...rest])).messages).toEqual([]);
  });

  test('a tombstone alone', async () => {
    const newer = [inbox([]), { mboxname: 'user.ada.Work', uniqueid: work, mbtype: 'd', mtime: T0 + 2 }];
    const found = await find(
      [inbox([]), { mboxname: 'user.ada.Work', records: [live(1), live(2, 2, { savedate: T0 + 100 })] }],
      newer,
    );
    expect(verdicts(found)).toEqual([1, 2].map((uid) => `user.ada.Work ${uid} in-deleted-mailbox recover`));
    expect(found.messages.map(({ why }) => why)).toEqual([
      expect.stringMatching(/it may have been in there$/),
      expect.stringMatching(/^it came on OLD at .*, after NEW had deleted its mailbox/),
    ]);
  });

  test('a deleted copy that has expired leaves its row by uniqueid', async () => {
    const found = await find(old, [inbox([]), { mboxname: deletedName, uniqueid: work, mbtype: 'd' }]);
    expect(verdicts(found)).toEqual([1, 2].map((uid) => `user.ada.Work ${uid} in-deleted-mailbox recover`));
  });

  test('a mailbox that was made anew takes the message', async () => {
    const [first, , deleted] = asDeleted([live(1)]);
    const found = await find(old, [first!, { mboxname: 'user.ada.Work', uniqueid: 'anew', records: [] }, deleted!]);
    expect(found.messages[1]).toMatchObject({ uid: 2, target: { mboxname: 'user.ada.Work', exists: true } });
  });
});

describe('mailboxes that were renamed on NEW', () => {
  test('are named, and take what is lost', async () => {
    const found = await find(
      [inbox([]), { mboxname: 'user.ada.Work', records: [live(1), live(2)] }],
      [inbox([]), { mboxname: 'user.ada.Job', uniqueid: idOf('user.ada.Work'), records: [live(1)] }],
    );
    expect(found.renamed).toEqual([{ mboxname: 'user.ada.Work', now: 'user.ada.Job' }]);
    expect(found.messages).toMatchObject([{ uid: 2, target: { mboxname: 'user.ada.Job', exists: true } }]);
  });

  test('with their user: what he has under his new name is his', async () => {
    const found = await find(
      [inbox([live(1), live(2), live(3)])],
      [
        { mboxname: 'user.ada2', uniqueid: idOf('user.ada'), records: [live(1)] },
        { mboxname: 'user.ada2.Work', records: [live(4, 2)] },
      ],
    );
    expect(found.messages).toMatchObject([{ uid: 3, target: { mboxname: 'user.ada2', exists: true } }]);
  });
});

describe('what was removed on OLD', () => {
  const gone = live(1, 1, { state: 'expunged' });
  const old = [
    inbox([gone, live(2, 2, { state: 'unlinked' })]),
    { mboxname: 'DELETED.user.ada.Old.686D5C80', records: [live(3)] },
  ];

  test('is not lost', async () => {
    expect((await find(old, [inbox([])])).messages).toEqual([]);
  });

  test('is offered when that is asked for, as long as its file is there', async () => {
    expect(verdicts(await find(old, [inbox([])], { include: ['expunged'] }))).toEqual([
      'user.ada 1 removed-on-old recover',
      'DELETED.user.ada.Old.686D5C80 3 removed-on-old recover',
    ]);
  });
});

describe('flags', () => {
  const [before, after] = [live(1), live(1, 1, { modseq: 9, systemFlags: FLAG_SEEN, userFlags: [1] })];

  test('that only OLD has, of a younger modseq', async () => {
    const found = await find([inbox([after])], [inbox([before])]);
    expect(found.messages).toMatchObject([
      {
        verdict: 'flags-changed',
        recover: false,
        flagsToAdd: ['\\Seen', '$Forwarded'],
        flagsOnlyOnNew: [],
        target: { mboxname: 'user.ada', exists: true, uid: 1 },
        why: 'OLD, modseq 9 against 1, has +\\Seen +$Forwarded',
      },
    ]);
    expect(found.counts.filesHashed).toBe(0);
    pair!.dispose();
    expect(verdicts(await find([inbox([after])], [inbox([before])], { include: ['flags'] }))).toEqual([
      'user.ada 1 flags-changed recover',
    ]);
  });

  test('that NEW has changed, or that are the same, are no matter', async () => {
    expect((await find([inbox([before])], [inbox([after])])).messages).toEqual([]);
    pair!.dispose();
    const same = live(1, 1, { systemFlags: FLAG_SEEN });
    expect((await find([inbox([{ ...same, modseq: 9 }])], [inbox([same])])).messages).toEqual([]);
  });
});

describe('files that are damaged on OLD', () => {
  test.each(['missing', 'damaged', 'empty'] as const)(
    '%s: an intact copy elsewhere is found and named',
    async (file) => {
      const found = await find(
        [inbox([live(1, 1, { file })]), { mboxname: 'user.ada.Work', records: [live(5, 1, { state: 'expunged' })] }],
        [inbox([]), { mboxname: 'user.ada.Work', records: [] }],
      );
      expect(verdicts(found)).toEqual(['user.ada 1 damaged-here-intact-elsewhere recover']);
      expect(found.messages[0]).toMatchObject({
        verified: true,
        source: join(sideDirOf(pair!.old, idOf('user.ada.Work')), '5.'),
      });
    },
  );

  test('an intact copy of what NEW expunged and has not cleaned', async () => {
    const found = await find(
      [inbox([live(1, 1, { file: 'damaged' })])],
      [inbox([live(1, 1, { state: 'expunged', lastUpdated: T0 + 1000 })])],
      { include: ['expunged'] },
    );
    expect(found.messages).toMatchObject([
      { verdict: 'damaged-here-intact-elsewhere', source: join(sideDirOf(pair!.newer, idOf('user.ada')), '1.') },
    ]);
  });

  test('and nowhere else', async () => {
    const found = await find([inbox([live(1, 1, { file: 'damaged' })])], [inbox([])]);
    expect(verdicts(found)).toEqual(['user.ada 1 damaged-everywhere']);
    expect(found.messages[0]).toMatchObject({
      verified: false,
      why: expect.stringMatching(/1\.: SHA-1 [0-9a-f]{40}$/) as unknown,
    });
  });

  test('do not matter for what NEW has', async () => {
    expect((await find([inbox([live(1, 1, { file: 'damaged' })])], [inbox([live(1)])])).messages).toEqual([]);
  });
});

describe('what NEW has by its record alone', () => {
  test.each(['missing', 'empty'] as const)('a file that is %s is told, with the intact one of OLD', async (file) => {
    const work = { mboxname: 'user.ada.Work' };
    for (const newer of [
      [inbox([live(1, 1, { file })]), { ...work, records: [] }],
      [inbox([]), { ...work, records: [live(7, 1, { file })] }],
    ]) {
      const found = await find([inbox([live(1)]), { ...work, records: [] }], newer);
      expect(verdicts(found)).toEqual(['user.ada 1 damaged-on-new']);
      expect(found.messages[0]).toMatchObject({
        verified: true,
        source: join(sideDirOf(pair!.old, idOf('user.ada')), '1.'),
        why: expect.stringMatching(/^NEW has it in user\.ada.*, but .*: (no file|0 bytes of \d+)$/) as unknown,
      });
      pair!.dispose();
    }
  });

  test('another copy that can be read makes up for it', async () => {
    const newer = [inbox([live(1, 1, { file: 'missing' }), live(2, 1)])];
    expect((await find([inbox([live(1)])], newer)).messages).toEqual([]);
  });

  test('a record with a wrong checksum is none', async () => {
    const found = await find([inbox([live(1), live(2)])], [inbox([live(1), live(2)])], {}, ({ newer }) =>
      flipIndexByte(newer, 'user.ada', 1, 8),
    );
    expect(verdicts(found)).toEqual(['user.ada 2 never-seen recover']);
  });

  test('damaged on both sides', async () => {
    const both = [inbox([live(1, 1, { file: 'missing' })])];
    expect(verdicts(await find(both, both))).toEqual(['user.ada 1 damaged-everywhere']);
  });
});

test('of a mailbox that NEW gave to another user, his others do not count', async () => {
  const work = idOf('user.ada.Work');
  const old = [inbox([live(1)]), { mboxname: 'user.ada.Work', records: [live(2)] }];
  const found = await find(old, [
    inbox([]),
    { mboxname: 'user.ben', records: [live(8, 1)] },
    { mboxname: 'user.ben.Work', uniqueid: work, records: [live(2)] },
  ]);
  expect(verdicts(found)).toEqual(['user.ada 1 never-seen recover']);
});

describe('narrowing', () => {
  const old = [
    inbox([live(1), live(2)]),
    { mboxname: 'user.ada.Work', records: [live(3)] },
    { mboxname: 'user.ben', records: [live(4)] },
  ];
  const newer = [inbox([]), { mboxname: 'user.ada.Work', records: [] }, { mboxname: 'user.ben', records: [] }];
  const uids = async (options: Parameters<typeof find>[2]): Promise<number[]> =>
    (await find(old, newer, options)).messages.map(({ uid }) => uid);

  test.each([
    [{ users: ['b*'] }, [4]],
    [{ mailboxes: ['user.ada.*'] }, [3]],
    [{ users: ['ada'], mailboxes: ['*Work', 'user.ben'] }, [3]],
    [{ since: T0 + 3 }, [3, 4]],
    [{}, [1, 2, 3, 4]],
  ])('%j', async (options, expected) => {
    expect(await uids(options)).toEqual(expected);
  });

  test('any of the times may be the later one', async () => {
    const found = await find(
      [inbox([live(1, 1, { savedate: T0 + 500 }), live(2, 2, { lastUpdated: T0 + 500 }), live(3)])],
      [inbox([])],
      { since: T0 + 400 },
    );
    expect(found.messages.map(({ uid }) => uid)).toEqual([1, 2]);
  });

  test.each([
    ['USER ben\n', [4], 0],
    ['MAILBOX user.ada.Work\n', [3], 0],
    ['APPEND user.ada\nMETA ben\nSEEN ben x\n', [1, 2], 0],
    ['RENAME user.ada.Work user.ada.Job\n', [3], 0],
    ['MAILBOX user.ada.Work\nwhat is this line\nUSER ben', [3], 2],
  ])('by the sync log %j', async (text, expected, unread) => {
    const log = join(process.env['TMPDIR'] ?? '/tmp', `cyraudit-log-${process.pid}`);
    writeFileSync(log, text);
    try {
      const found = await find(old, newer, { logs: [log] });
      expect(found.messages.map(({ uid }) => uid)).toEqual(expected);
      expect(found.unaudited).toHaveLength(unread);
    } finally {
      rmSync(log);
    }
  });

  test('by a log that is not there', async () => {
    await expect(find(old, newer, { logs: ['/nowhere/log'] })).rejects.toThrow(/--log.*\/nowhere\/log.*ENOENT/);
  });

  test('a name that nothing matches is refused', async () => {
    await expect(find(old, newer, { users: ['eve'] })).rejects.toThrow(/eve: no mailbox of OLD/);
  });
});

describe('what cannot be judged is told', () => {
  const both = [inbox([live(1)]), { mboxname: 'user.ada.Work', records: [live(2)] }];
  const indexOf = (side: string, mboxname: string): string => join(sideDirOf(side, idOf(mboxname)), 'cyrus.index');

  test.each(['old', 'newer'] as const)('an index that is missing on %s', async (side) => {
    const found = await find(both, both, {}, (sides) => rmSync(indexOf(sides[side], 'user.ada.Work')));
    expect(found.messages).toEqual([]);
    expect(found.unaudited).toMatchObject([
      {
        side: side === 'old' ? 'old' : 'new',
        mboxname: 'user.ada.Work',
        reason: expect.stringMatching(/cyrus\.index.*ENOENT/) as unknown,
      },
    ]);
  });

  test('a mailbox of NEW that cannot be read, when a message may be there', async () => {
    const found = await find(
      [inbox([live(1), live(3)])],
      [inbox([live(1)]), { mboxname: 'user.ada.Work', records: [live(2)] }],
      {},
      ({ newer }) => writeFileSync(indexOf(newer, 'user.ada.Work'), 'x'),
    );
    expect(verdicts(found)).toEqual(['user.ada 3 never-seen recover']);
    expect(found.unaudited).toMatchObject([{ side: 'new', mboxname: 'user.ada.Work' }]);
  });

  test('a record with a wrong checksum whose file does not bear it out', async () => {
    const found = await find([inbox([live(1), live(2)])], [inbox([])], {}, ({ old }) =>
      flipIndexByte(old, 'user.ada', 1, 40),
    );
    expect(verdicts(found)).toEqual(['user.ada 1 never-seen recover', 'user.ada 2 never-seen recover']);
    expect(found.messages[1]!.why).toMatch(/its record has a wrong checksum/);
    pair!.dispose();
    const lost = await find([inbox([live(1), live(2, 2, { file: 'damaged' })])], [inbox([])], {}, ({ old }) =>
      flipIndexByte(old, 'user.ada', 1, 40),
    );
    expect(verdicts(lost)).toEqual(['user.ada 1 never-seen recover']);
    expect(lost.unaudited).toMatchObject([{ what: 'uid 2', side: 'old', mboxname: 'user.ada' }]);
  });

  test('a message file that the system does not give, and no more than some of thousands', async () => {
    const many = Array.from({ length: 40 }, (_, n) => live(n + 1));
    const found = await find([inbox(many)], [inbox([])], {}, ({ old }) => {
      const files = many.map(({ uid }) => join(sideDirOf(old, idOf('user.ada')), `${uid}.`));
      for (const file of files) rmSync(file);
      // Opens as ENXIO, whoever asks.
      const bind = 'import socket,sys\nfor f in sys.argv[1:]: socket.socket(socket.AF_UNIX).bind(f)';
      execFileSync('python3', ['-c', bind, ...files]);
    });
    expect(new Set(verdicts(found).map((line) => line.split(' ')[2]))).toEqual(new Set(['damaged-everywhere']));
    expect(found.unaudited).toHaveLength(11);
    expect(found.unaudited[10]).toMatchObject({ what: '30 more messages whose file could not be read' });
  });

  test('mailboxes that hold no mail', async () => {
    const scripts = (records: readonly TestRecord[]): TestMailbox[] => [
      inbox([]),
      { mboxname: 'user.ada.#sieve', mbtype: 'f', records },
    ];
    const found = await find(scripts([live(1), live(2)]), scripts([live(1)]));
    expect(found.messages).toEqual([]);
    expect(found.unaudited).toMatchObject([{ what: '1 records of a mailbox of type f', mboxname: 'user.ada.#sieve' }]);
  });

  test('a list of NEW that is damaged, missing or that of OLD', async () => {
    const list = (side: string): string => join(side, 'conf/mailboxes.db');
    const damaged = await find(both, both, {}, ({ newer }) => writeFileSync(list(newer), 'no database'));
    expect(damaged).toMatchObject({ messages: [], unaudited: [{ what: 'every mailbox', side: 'new' }] });
    pair!.dispose();
    const missing = await find(both, both, {}, ({ old }) => rmSync(list(old)));
    expect(missing).toMatchObject({ messages: [], unaudited: [{ what: 'every mailbox', side: 'old' }] });
    pair!.dispose();
    await expect(
      find(both, both, {}, ({ old, newer }) => {
        rmSync(newer, { recursive: true });
        symlinkSync(old, newer);
      }),
    ).rejects.toThrow(/are the same side/);
  });

  test('a server that never comes to rest', async () => {
    const found = await find([inbox([live(1)])], [inbox([])], {}, ({ newer }) => {
      const soon = Date.now() / 1000 + 30;
      utimesSync(indexOf(newer, 'user.ada'), soon, soon);
    });
    expect(verdicts(found)).toEqual(['user.ada 1 never-seen recover']);
    expect(found.unaudited).toMatchObject([
      { what: 'user ada', side: 'new', reason: expect.stringMatching(/^busy/) as unknown },
    ]);
  });
});

test('both sides stay as they are, and the same input gives the same answer', async () => {
  const old = [inbox([live(1), live(2, 2, { file: 'damaged' })]), { mboxname: 'user.ada.Work', records: [live(3)] }];
  const newer = [inbox([live(1)])];
  const first = await find(old, newer);
  const before = await snapshotTree(pair!.dir);
  const messages: ManifestMessage[] = [];
  await salvage(
    {
      users: [],
      mailboxes: [],
      logs: [],
      include: new Set(),
      old: { role: 'single', source: pair!.old },
      newer: { role: 'single', source: pair!.newer },
    },
    (message) => messages.push(message),
  );
  expect(messages).toEqual(first.messages);
  expect(await snapshotTree(pair!.dir)).toEqual(before);
});

test('batches do not show', async () => {
  const many = Array.from({ length: 20_000 }, (_, n) => live(n + 1, n + 1, { file: 'missing' }));
  const there = many.filter(({ uid }) => uid % 4 !== 0).map(({ uid }) => live(uid));
  const found = await find([inbox(many)], [inbox(there)]);
  expect(found.messages.map(({ uid }) => uid)).toEqual(many.map(({ uid }) => uid).filter((uid) => uid % 4 === 0));
}, 60_000);

test('a damaged one keeps its place among the others', async () => {
  const old = [inbox([live(1), live(2, 2, { file: 'damaged' }), live(3), live(4, 4, { file: 'missing' }), live(5)])];
  const newer = [inbox([]), { mboxname: 'user.ada.Work', records: [live(9, 2, { state: 'expunged' })] }];
  expect(verdicts(await find(old, newer, { include: ['expunged'] }))).toEqual([
    'user.ada 1 never-seen recover',
    'user.ada 2 damaged-here-intact-elsewhere recover',
    'user.ada 3 never-seen recover',
    'user.ada 4 damaged-everywhere',
    'user.ada 5 never-seen recover',
  ]);
});

test('memory does not grow with the messages that NEW lacks', { timeout: 60_000 }, () => {
  const many = Array.from({ length: 60_000 }, (_, n) => live(n + 1, n + 1, { file: 'missing' }));
  pair = writeSplitPair([inbox(many)], [inbox([])]);
  const file = join(pair.dir, 'manifest.json');
  // All messages of the manifest together take more.
  const small = { NODE_OPTIONS: '--max-old-space-size=40' };
  const ran = runCli(['salvage', pair.old, pair.newer, '--report', `json=${file}`], small);
  expect([ran.status, ran.stderr]).toEqual([1, '']);
  expect(statSync(file).size).toBeGreaterThan(30e6);
  expect(readFileSync(file, 'latin1').slice(-1000)).toContain('"damaged-everywhere":60000');
});

/** Damages a byte of a record without correcting its checksum. */
function flipIndexByte(side: string, mboxname: string, record: number, at: number): void {
  const path = join(sideDirOf(side, idOf(mboxname)), 'cyrus.index');
  const bytes = readFileSync(path);
  const { header, record: layout } = INDEX_VERSIONS.get(17)!;
  bytes[header.size + record * layout.size + at]! ^= 1;
  writeFileSync(path, bytes);
}
