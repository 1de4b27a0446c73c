import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareQuotaRoot,
  compareSeen,
  compareSubscriptions,
  countSeenMessages,
  subtractSpans,
  type QuotaRootPair,
  type SeenState,
  type UidSpan,
  type UidState,
} from '../../src/compare/user-metadata.js';
import { USER_METADATA_FINDINGS } from '../../src/findings/catalogue.js';
import type { UserMetadataSubject } from '../../src/findings/user-metadata/user-metadata-subject.js';

const judge = (subject: UserMetadataSubject) => USER_METADATA_FINDINGS.flatMap((finding) => finding.find(subject));

/** `1:3,5` as spans. */
const spans = (text: string): UidSpan[] =>
  text === ''
    ? []
    : text.split(',').map((part) => {
        const [from, to = from] = part.split(':').map(Number) as [number, number?];
        return { from, to };
      });

describe('quota roots', () => {
  const limit = (S: number | undefined, modseq = 10) => ({ limits: S === undefined ? {} : { S }, modseq });
  const known = { namedOnMaster: true, namedOnReplica: true, coversOnMaster: true, logged: false };

  test.each<[string, Partial<QuotaRootPair>, string[]]>([
    ['equal limits', { master: limit(10), replica: limit(10, 12) }, []],
    ['both unlimited', { master: limit(undefined), replica: limit(undefined) }, []],
    ['limits differ', { master: limit(10), replica: limit(20) }, ['quota-limit-differs']],
    ['a higher modseq alone proves nothing', { master: limit(10, 90), replica: limit(20) }, ['quota-limit-differs']],
    ['limit set on the master', { master: limit(10, 11), replica: limit(20), logged: true }, ['quota-limit-pending']],
    ['set on both sides', { master: limit(10, 11), replica: limit(20, 11), logged: true }, ['quota-limit-differs']],
    [
      'modseq unknown',
      { master: { limits: { S: 1 } }, replica: { limits: { S: 2 } }, logged: true },
      ['quota-limit-differs'],
    ],
    ['no limit on the replica', { master: limit(10), replica: limit(undefined) }, ['quota-limit-pending']],
    ['no limit on the master', { master: limit(undefined), replica: limit(20) }, ['quota-limit-differs']],
    [
      'each resource by itself',
      { master: { limits: { S: 1, M: 5 } }, replica: { limits: { S: 1, M: 6, NF: 7 } } },
      ['quota-limit-differs', 'quota-limit-differs'],
    ],
    ['new root', { master: limit(10), namedOnReplica: false }, ['quotaroot-pending']],
    ['record lost on the replica', { master: limit(10) }, ['quotaroot-missing-on-replica']],
    ['record lost on the master', { replica: limit(10) }, ['quotaroot-only-on-replica']],
    ['lost on the master, line or not', { replica: limit(10), logged: true }, ['quotaroot-only-on-replica']],
    ['lost on both', {}, []],
    ['set on the replica', { replica: limit(10), namedOnMaster: false }, ['quotaroot-only-on-replica']],
    [
      'removed on the master',
      { replica: limit(10), namedOnMaster: false, logged: true },
      ['quotaroot-removal-pending'],
    ],
    [
      'mailboxes of the root deleted on the master',
      { master: limit(10), replica: limit(10), namedOnMaster: false, coversOnMaster: false },
      ['quotaroot-removal-pending'],
    ],
    [
      'mailboxes of the master name another root',
      { master: limit(10), replica: limit(10), namedOnMaster: false },
      ['quotaroot-only-on-replica'],
    ],
    ['named by nobody', { replica: limit(10), namedOnMaster: false, namedOnReplica: false }, []],
  ])('%s', (_, pair, codes) => {
    const found = compareQuotaRoot({ root: 'user.a', ...known, ...pair }).flatMap(judge);
    expect(found.map(({ code }) => code)).toEqual(codes);
  });

  test('the facts name resource and limits', () => {
    const pair = { root: 'user.a', ...known, master: limit(undefined), replica: limit(20) };
    expect(compareQuotaRoot(pair).flatMap(judge)).toMatchObject([
      { class: 'admin', facts: { root: 'user.a', resource: 'S', master: 'unlimited', replica: '20' } },
    ]);
  });
});

test.each([
  [5, 5, 0],
  [5, 6, 1],
])('usage %d of %d', (stored, summed, findings) => {
  expect(judge({ kind: 'quota-usage', side: 'replica', root: 'user.a', stored, summed })).toHaveLength(findings);
});

test('subscriptions', () => {
  expect(compareSubscriptions(new Set(['user.a', 'user.c', 'user.b']), new Set(['user.a', 'user.d']))).toEqual({
    onlyOnMaster: ['user.b', 'user.c'],
    onlyOnReplica: ['user.d'],
  });
});

describe('seen state', () => {
  const row = (sequence: string, times: Partial<SeenState> = {}): SeenState => ({
    lastread: 1,
    lastuid: 9,
    lastchange: 1,
    sequence,
    seen: spans(sequence),
    ...times,
  });

  test.each<[string, SeenState | undefined, SeenState | undefined, string | undefined]>([
    ['equal', row('1:3'), row('1:3'), undefined],
    ['missing on the replica', row('1:3'), undefined, ''],
    ['only on the replica', undefined, row('1:3'), undefined],
    ['more on the master', row('1:5'), row('1:3'), ''],
    ['more on the replica', row('1:3'), row('1:5,7'), '4:5,7'],
    ['only times', row('1:3', { lastread: 2 }), row('1:3'), ''],
    ['newer times on the replica', row('1:3'), row('1:3', { lastread: 5, lastchange: 5, lastuid: 11 }), ''],
    ['each has its own', row('1:3,8'), row('1:2,5'), '5'],
  ])('%s', (_, master, replica, extra) => {
    const rows = (state: SeenState | undefined) => new Map(state === undefined ? [] : [['id', state]]);
    expect(compareSeen(rows(master), rows(replica)).map((difference) => difference.extra)).toEqual(
      extra === undefined ? [] : [spans(extra)],
    );
  });

  const uids = (text: string): UidState[] =>
    text === ''
      ? []
      : text.split(' ').map((word) => ({ uid: Number.parseInt(word, 10), expunged: word.endsWith('x') }));

  test.each([
    ['live on both', '4', '1 4', '1 4', 1],
    ['expunged on the master', '4', '1 4x', '1 4', 0],
    ['cleaned out on both', '4', '1', '1', 0],
    ['cleaned out on the master, live on the replica', '4', '1 5', '1 4 5', 1],
    ['only on the replica, to be copied back', '9', '1', '1 9', 1],
    ['only on the replica, expunged', '9', '1', '1 9x', 0],
    ['not yet on the replica', '4', '1 4', '1', 1],
    ['spans with holes', '2:6,8', '1 2 4 8x', '1 2 4 6 8', 3],
    ['no records', '1:9', '', '', 0],
  ])('%s', (_, extra, master, replica, count) => {
    expect(countSeenMessages(spans(extra), uids(master), uids(replica))).toBe(count);
  });

  const spansArb = fc
    .uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 16 })
    .map((edges) => edges.sort((a, b) => a - b))
    .map((edges) => edges.flatMap((from, n) => (n % 2 === 0 ? [{ from, to: edges[n + 1] ?? from }] : [])));
  const members = (list: readonly UidSpan[]): number[] =>
    list.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, n) => from + n));

  test('subtraction is that of sets', () => {
    fc.assert(
      fc.property(spansArb, spansArb, (a, b) => {
        const without = new Set(members(b));
        expect(members(subtractSpans(a, b))).toEqual(members(a).filter((uid) => !without.has(uid)));
      }),
    );
  });

  test('no span of the whole UID range costs more than its edges', () => {
    expect(subtractSpans([{ from: 1, to: 0xffffffff }], spans('5,7'))).toEqual([
      { from: 1, to: 4 },
      { from: 6, to: 6 },
      { from: 8, to: 0xffffffff },
    ]);
  });
});
