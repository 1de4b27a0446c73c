import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PageData, PageRow } from '../../../src/report/html/page-data.js';
import { COLUMNS, EVERYTHING, RowSelector, type Query } from '../../../src/report/html/select-rows.js';

const data: PageData = {
  codes: [
    { code: 'lagging', class: 'safe', title: 'Not copied yet' },
    { code: 'uid-clash', class: 'admin', title: 'Two messages under one UID' },
    { code: 'list-gone', class: 'halt', title: 'The list is gone' },
  ],
  places: [
    ['pair', 'the pair'],
    ['mailbox', 'user.zoe.Entwürfe', 'id-1', 'zoe', 'user.zoe.Entw&APw-rfe'],
    ['mailbox', 'user.ada', 'id-2', 'ada'],
    ['user', 'bob'],
  ],
  effects: [],
  rows: [
    [0, 1, 0, 7, 0, 'modseq 12 is missing'],
    [1, 2, 1, 100, 0, 'master holds 5f0c'],
    [0, 2, 0, 9, 0, 'modseq 5 is missing'],
    [2, 0, 2, -1, 0, 'mailboxes.db is not there'],
    [1, 3, 0, -1, 0, 'b', ['accepted until 2030-01-31: wanted'], '2030-01-31'],
  ],
};
const select = (query: Partial<Query>) => new RowSelector(data).select({ ...EVERYTHING, ...query });

test('at first everything is there, worst first, else in the order of the report', () => {
  expect(select({})).toEqual([3, 1, 4, 0, 2]);
});

describe('filters', () => {
  test.each<[string, Partial<Query>, number[]]>([
    ['class', { classes: new Set(['admin']) }, [1, 4]],
    ['no class', { classes: new Set() }, []],
    ['code', { code: 0 }, [0, 2]],
    ['side', { side: 2 }, [3]],
    ['no side', { side: 0 }, [4, 0, 2]],
    ['place', { place: 2 }, [1, 2]],
    ['all of them', { classes: new Set(['safe']), place: 2, code: 0, search: 'modseq' }, [2]],
    ['a word of the message', { search: 'MISSING' }, [0, 2]],
    ['words in any order', { search: '  missing   ada ' }, [2]],
    ['a decoded name', { search: 'entwürfe' }, [0]],
    ['an internal name', { search: 'entw&apw' }, [0]],
    ['a title', { search: 'under one uid' }, [1, 4]],
    ['a uid', { search: 'uid 100' }, [1]],
    ['a uid that is in no text', { search: 'UID  9 ada' }, [2]],
    ['a part of a uid', { search: 'uid 10' }, []],
    ['several uids', { search: 'uid 7 uid 9' }, [0, 2]],
    ['a user', { search: 'zoe' }, [0]],
    ['a word of the side', { search: 'replica' }, [3]],
    ['words of different texts', { search: 'ada clash 5f0c' }, [1]],
    ['what somebody accepted', { search: 'Accepted bob' }, [4]],
    ['what is nowhere', { search: 'nowhere' }, []],
  ])('by %s', (_, query, rows) => {
    expect(select(query)).toEqual(rows);
  });
});

describe('order', () => {
  test.each<[Query['sort'], number[]]>([
    ['class', [0, 2, 1, 4, 3]],
    ['where', [4, 3, 1, 2, 0]],
    ['uid', [3, 4, 0, 2, 1]],
    ['side', [0, 2, 4, 1, 3]],
    ['what', [4, 3, 1, 0, 2]],
    ['code', [0, 2, 3, 1, 4]],
  ])('by %s', (sort, rows) => {
    expect(select({ sort, descending: false })).toEqual(rows);
  });
});

const rowArb: fc.Arbitrary<PageRow> = fc.tuple(
  fc.nat(2),
  fc.nat(3),
  fc.nat(2),
  fc.integer({ min: -1, max: 9 }),
  fc.constant(0),
  fc.constantFrom('a', 'b', 'ab'),
);

test('no order loses or doubles a row, and backwards is the other way round but for equal rows', () => {
  fc.assert(
    fc.property(fc.array(rowArb), fc.constantFrom(...COLUMNS), (rows, sort) => {
      const selector = new RowSelector({ ...data, rows });
      const up = selector.select({ ...EVERYTHING, sort, descending: false });
      const down = selector.select({ ...EVERYTHING, sort, descending: true });
      expect([...up].sort((a, b) => a - b)).toEqual(rows.map((_, at) => at));
      expect([...down].sort((a, b) => a - b)).toEqual(rows.map((_, at) => at));
      const key = (at: number) => rows[at]![sort === 'uid' ? 3 : sort === 'side' ? 2 : 5];
      if (sort === 'uid' || sort === 'side' || sort === 'what') expect(down.map(key)).toEqual(up.map(key).reverse());
    }),
  );
});
