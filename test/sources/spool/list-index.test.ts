/** What the index says is what the list says; what it does not know is looked up. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bufferSource } from '../../../src/bytes/byte-source.js';
import { openCyrusDb } from '../../../src/formats/cyrusdb/open-cyrusdb.js';
import { ListIndex } from '../../../src/sources/spool/list-index.js';
import { isLive, TypedMailboxList } from '../../../src/sources/spool/mailbox-list.js';
import { openSide } from '../../../src/sources/spool/open-side.js';
import { buildTwoskip } from '../../support/build-twoskip.js';
import { encodeMbentry, type Row } from '../../support/encode/encode-mbentry.js';
import { unpackPair } from '../../support/fixture.js';

function add(index: ListIndex, [key, value]: Row): void {
  const bytes = Buffer.concat([Buffer.from('xx'), key, value, Buffer.from(')')]);
  index.addRow(bytes, 2, 2 + key.length, 2 + key.length + value.length);
}

const dbname = (mboxname: string): Buffer => Buffer.from(mboxname.replaceAll('.', '\x1f'));

const entry = fc.record({
  mboxname: fc.stringMatching(/^user\.[a-c]{1,3}(\.[a-c]{1,2})?$/),
  uniqueid: fc.stringMatching(/^[a-c0-2]{2,5}$/),
  partition: fc.constantFrom('default', 'p2'),
});

describe('what was added', () => {
  test('is found, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), fc.array(entry, { maxLength: 30 }), (added, others) => {
        const index = ListIndex.forRows(2 * added.length);
        for (const one of added) for (const row of encodeMbentry(one)) add(index, row);
        const shared = ListIndex.of(index.buffer);
        expect(shared.buffer).toBe(index.buffer);
        for (const { mboxname, uniqueid, partition } of [...added, ...others]) {
          const isNamed = added.some((one) => one.uniqueid === uniqueid && one.mboxname === mboxname);
          const isPlaced = added.some((one) => one.uniqueid === uniqueid && one.partition === partition);
          for (const each of [index, shared]) {
            expect(each.isNamed(uniqueid, dbname(mboxname))).toBe(isNamed);
            expect(each.isPlaced(uniqueid, partition)).toBe(isPlaced);
          }
        }
      }),
    );
  });

  test('of a list of 20,000 mailboxes, and none of 20,000 others', () => {
    const index = ListIndex.forRows(40_000);
    for (let n = 0; n < 20_000; n++)
      for (const row of encodeMbentry({ mboxname: `user.u${n}`, uniqueid: `id${n}`, partition: 'default' }))
        add(index, row);
    for (let n = 0; n < 20_000; n++) {
      expect(index.isNamed(`id${n}`, dbname(`user.u${n}`)) && index.isPlaced(`id${n}`, 'default')).toBe(true);
      expect(
        index.isNamed(`id${n + 20_000}`, dbname(`user.u${n}`)) || index.isPlaced(`id${n + 20_000}`, 'default'),
      ).toBe(false);
      expect(index.isNamed(`id${n}`, dbname(`user.u${n + 1}`)) || index.isPlaced(`id${n}`, 'other')).toBe(false);
    }
  });

  test('beyond what was announced is not known, and no lookup hangs', () => {
    const index = ListIndex.forRows(0);
    for (let n = 0; n < 1000; n++)
      for (const row of encodeMbentry({ mboxname: 'a', uniqueid: `id${n}` })) add(index, row);
    const known = Array.from({ length: 1000 }, (_, n) => index.isNamed(`id${n}`, Buffer.from('a')));
    expect(known[0]).toBe(true);
    expect(known.filter(Boolean).length).toBeLessThan(64);
    expect(known[999]).toBe(false);
  });

  test('a text is not another one that latin1 cannot tell from it', () => {
    const index = ListIndex.forRows(4);
    for (const row of encodeMbentry({ mboxname: 'user.fred', uniqueid: 'ABC', partition: 'A' })) add(index, row);
    // U+0141 ends in the byte of an A.
    expect(index.isNamed('\u0141BC', dbname('user.fred'))).toBe(false);
    expect(index.isPlaced('\u0141BC', 'A')).toBe(false);
    expect(index.isPlaced('ABC', '\u0141')).toBe(false);
    expect([index.isNamed('ABC', dbname('user.fred')), index.isPlaced('ABC', 'A')]).toEqual([true, true]);
  });
});

describe('no place', () => {
  test.each([
    ['a tombstone', '%(T d I ABC P default)'],
    ['an intermediate', '%(T i I ABC P default)'],
    ['the name layout', '%(T el I ABC P default)'],
    ['no type', '%(I ABC P default)'],
    ['no partition', '%(T e I ABC)'],
    ['a uniqueid of NIL', '%(T e I NIL P default)'],
    ['a fault elsewhere', '%(T e I ABC P default V x)'],
    ['an open end', '%(T e I ABC P default'],
  ])('%s', (_, value) => {
    const index = ListIndex.forRows(4);
    add(index, [Buffer.from('Nuser\x1ffred'), Buffer.from(value)]);
    for (const uniqueid of ['ABC', 'NIL']) expect(index.isPlaced(uniqueid, 'default')).toBe(false);
  });

  test('a row without a name', () => {
    const index = ListIndex.forRows(4);
    add(index, [Buffer.from('N'), Buffer.from('%(T e I ABC P default)')]);
    add(index, [Buffer.from('I'), Buffer.from('%(T e N a P default)')]);
    expect([index.isPlaced('ABC', 'default'), index.isNamed('', Buffer.from('a'))]).toEqual([false, false]);
  });
});

/** Asks a list with the index of its rows and one without of every name; says how often the index knew. */
function holdList(bytes: Buffer, layout: ConstructorParameters<typeof TypedMailboxList>[2]): number {
  const { db } = openCyrusDb(bufferSource(bytes), 'f');
  const index = ListIndex.forRows(db!.count);
  expect(
    db!.verify((row, keyAt, valueAt, end) => {
      index.addRow(row, keyAt, valueAt, end);
    }),
  ).toEqual([]);
  const plain = new TypedMailboxList(db!, 'f', layout);
  const indexed = new TypedMailboxList(db!, 'f', layout);
  indexed.index = ListIndex.of(index.buffer);
  let known = 0;
  for (const name of plain.names()) {
    const mine = plain.byName(name.mboxname());
    if (mine === undefined) continue;
    const faults = plain.faults.length;
    const isNamed = plain.isNamedByUniqueid(mine);
    expect(indexed.isNamedByUniqueid(mine)).toBe(isNamed);
    if (mine.uniqueid === undefined) continue;
    const { uniqueid, partition = '' } = mine;
    if (index.isNamed(uniqueid, name.key.subarray(1))) {
      known++;
      // What the index spares must have nothing to tell.
      expect(plain.faults.length).toBe(faults);
    }
    if (index.isPlaced(uniqueid, partition)) expect(isLive(mine)).toBe(true);
  }
  return known;
}

describe('a list with its index answers as one without', () => {
  test.each([
    ['in-sync', 'pairs'],
    ['fuzz-024', 'pairs'],
    ['clean', 'made'],
    ['virtdomains-clean', 'made'],
    ['renamed-master', 'made'],
    ['list-entry-lost-master', 'made'],
    ['legacy-layout-clean', 'made'],
  ] as const)('%s', async (name, collection) => {
    const pair = await unpackPair(name, collection);
    try {
      for (const source of [pair.master, pair.replica]) {
        const side = openSide({ role: 'single', source });
        const known = holdList(readFileSync(join(source, 'conf/mailboxes.db')), side.layout);
        side.close();
        expect(known).toBeGreaterThan(0);
      }
    } finally {
      await pair.dispose();
    }
  });

  test('whatever the row by uniqueid is', async () => {
    const pair = await unpackPair('in-sync');
    const side = openSide({ role: 'single', source: pair.master });
    const iRow = fc.oneof(
      fc.constant(undefined),
      fc.constantFrom(
        '%(T e N user\x1ffred P default A %() H ())',
        '%(T e P default N user\x1ffred A %())',
        '%(T e N user\x1fjoe N user\x1ffred A %())',
        '%(T e N user\x1ffred N user\x1fjoe A %())',
        '%(T e N "user\x1ffred" A %())',
        '%(T e N user\x1fjoe A %() H (%(N user\x1ffred M 1)))',
        '%(T e N user\x1ffred A %() H (%(N user\x1fjoe M 1)))',
        '%(T e N user\x1ffred A lrs)',
        '%(T e N user\x1ffred V x)',
        '%(T e N user\x1ffred P \0)',
        '%(T e X "N user\x1ffred" N user\x1fjoe)',
        '%(T e N user.fred)',
        '%(T e N NIL)',
        '',
        'NIL',
      ),
      fc.string({ maxLength: 20 }),
    );
    try {
      fc.assert(
        fc.property(iRow, fc.nat(60), fc.constantFrom('', ' ', ')', '"', '\0', 'N'), (value, at, byte) => {
          const [nameRow] = encodeMbentry({ mboxname: 'user.fred', uniqueid: 'ABC', partition: 'default' });
          const row = Buffer.from(value ?? '');
          if (row.length > 0) row.write(byte, at % row.length);
          const rows: Row[] = value === undefined ? [nameRow] : [[Buffer.from('IABC'), row], nameRow];
          holdList(buildTwoskip(rows), side.layout);
        }),
        { numRuns: 500 },
      );
    } finally {
      side.close();
      await pair.dispose();
    }
  });
});
