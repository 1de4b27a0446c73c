/**
 * The quick look at a mailbox is a filter: what it calls the same is clean to the full look. At each level both say the
 * same; level `index` says the same as level `files`, but for what that says of message files and caches.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditUnit, newUnitResult } from '../../src/audit/audit-unit.js';
import { checkList } from '../../src/audit/check-list.js';
import { lastingHints, openContext, type AuditPlan, type Level, type SideHints } from '../../src/audit/context.js';
import { enumerateUnits } from '../../src/audit/enumerate-units.js';
import { readSameMailbox } from '../../src/audit/same-mailbox.js';
import type { SideCounts, UnitResult } from '../../src/audit/unit-result.js';
import { FAULT_FINDINGS, FILE_FINDINGS } from '../../src/findings/catalogue.js';
import { parseName } from '../../src/formats/mboxlist/names.js';
import type { ReportedFinding } from '../../src/model/effects.js';
import { isLive } from '../../src/sources/spool/mailbox-list.js';
import { buildTwoskip } from '../support/build-twoskip.js';
import { editIndex, editRows, findRow, indexField, mailboxDir } from '../support/edit-side.js';
import { encodeMailboxHeader } from '../support/encode/encode-mailbox-header.js';
import { seeded, writeSide } from '../support/encode/write-side.js';
import { listPairs, unpackPair, type Collection } from '../support/fixture.js';

/** Counts of message files, which level `index` does not look at. */
function withoutFiles(counts: SideCounts): SideCounts {
  const partitions = Object.entries(counts.partitions).map(([name, partition]) => [
    name,
    { ...partition, files: 0, filesGone: 0, filesGoneIn: 0 },
  ]);
  return { ...counts, files: 0, notHashed: 0, partitions: Object.fromEntries(partitions) as SideCounts['partitions'] };
}

/** Said of message files and of cyrus.cache, which level `index` does not open, or because of one. */
const OF_FILES: ReadonlySet<string> = new Set([
  ...FILE_FINDINGS.map(({ code }) => code),
  ...FAULT_FINDINGS.map(({ code }) => code).filter((code) => code.startsWith('cache-')),
  'blocked-by-mailbox',
  // Lookups that level `index` does without.
  'quotaroot-of-mailbox-wrong',
  'reverse-acl-row-missing',
  'uniqueid-row-differs',
]);
const FILE_PARTS: ReadonlySet<string> = new Set(['message files', 'cyrus.cache']);

interface Sides {
  readonly master: string;
  readonly replica: string;
}

interface How {
  readonly level: Level;
  readonly readsAllInFull?: boolean;
  readonly engines?: AuditPlan['engines'];
}

/** Audits every unit in this thread; undefined when a list is damaged, which ends an audit before any mailbox. */
function auditAll(pair: Sides, { level, readsAllInFull = false, engines = {} }: How) {
  const plan: AuditPlan = {
    sides: [
      { role: 'master', source: pair.master },
      { role: 'replica', source: pair.replica },
    ],
    level,
    findingCap: 100,
    engines,
    maxLost: 0,
    users: [],
    mailboxes: [],
    partitions: [],
  };
  const hints: SideHints = {};
  for (const spec of plan.sides) {
    const check = checkList(spec);
    if (check.faults.length > 0) return undefined;
    hints[spec.role] = check.hints;
  }
  // In full it is without what a look through the lists spares it, which must not show either.
  const ctx = { ...openContext(plan, readsAllInFull ? lastingHints(hints) : hints), readsAllInFull };
  const result = newUnitResult(ctx);
  const same: string[] = [];
  try {
    const sides = { master: ctx.sides.get('master')!, replica: ctx.sides.get('replica')! };
    for (const { unit } of enumerateUnits([sides.master.list, sides.replica.list])) {
      auditUnit(ctx, unit, result);
      for (const entry of sides.master.list.entriesOf(unit).filter(isLive)) {
        const twin = entry.uniqueid === undefined ? undefined : sides.replica.list.liveByUniqueid(entry.uniqueid);
        const { owner, isDeleted } = parseName(entry.mboxname, {
          deletedPrefix: sides.master.side.layout.deletedPrefix,
          defaultdomain: sides.master.side.layout.defaultdomain,
        });
        const both = { master: sides.master.side, replica: sides.replica.side };
        if (twin && readSameMailbox(both, entry, twin, owner, isDeleted) !== undefined) same.push(entry.mboxname);
      }
    }
  } finally {
    ctx.close();
  }
  return { same, said: normalise(result), result };
}

const without = (findings: readonly ReportedFinding[]): readonly ReportedFinding[] =>
  findings.filter(({ code }) => !OF_FILES.has(code));

/** What both levels must agree on. */
function normalise({ mailboxes, users, findings, unaudited, sides, cleanMailboxes, cleanUsers, pair }: UnitResult) {
  const told = mailboxes.map(({ mboxname, findings: all }) => ({ mboxname, findings: without(all) }));
  return {
    mailboxes: told.filter(({ findings: left }) => left.length > 0),
    clean: cleanMailboxes + told.filter(({ findings: left }) => left.length === 0).length,
    users,
    cleanUsers,
    pair,
    findings: without(findings),
    unaudited: unaudited.filter(({ what }) => !FILE_PARTS.has(what)),
    sides: Object.fromEntries(Object.entries(sides).map(([role, counts]) => [role, withoutFiles(counts)])),
  };
}

/** Holds the quick look of a pair against the full one; the names of the mailboxes that it calls the same. */
function hold(pair: Sides, engines?: AuditPlan['engines']): readonly string[] {
  const look = (level: Level, readsAllInFull = false) =>
    auditAll(pair, { level, readsAllInFull, ...(engines === undefined ? {} : { engines }) });
  const quick = look('index');
  const [files, filesInFull] = [look('files'), look('files', true)];
  const [content, contentInFull] = [look('content'), look('content', true)];
  expect(quick === undefined).toBe(filesInFull === undefined);
  if (quick === undefined || filesInFull === undefined) return [];
  expect(quick.said).toEqual(filesInFull.said);
  // What was written just now, by the test, counts as moving for a moment.
  const atRest = (of: typeof files) => ({ ...of?.result, moving: [] });
  expect(atRest(files)).toEqual(atRest(filesInFull));
  expect(atRest(content)).toEqual(atRest(contentInFull));
  return quick.same;
}

describe('recorded pairs', () => {
  const all = (['pairs', 'made'] as readonly Collection[]).flatMap((collection) =>
    // Of the many that were recorded at random, every eighth.
    listPairs(collection)
      .filter((name, i) => !name.startsWith('fuzz-') || i % 8 === 0)
      .map((name) => [collection, name] as const),
  );
  test.each(all)('%s/%s', async (collection, name) => {
    const pair = await unpackPair(name, collection);
    try {
      hold(pair);
    } finally {
      await pair.dispose();
    }
  });

  test.each(['in-sync', 'cache-missing-replica'])('%s: the filter lets most through', async (name) => {
    const pair = await unpackPair(name);
    try {
      expect(hold(pair).length).toBeGreaterThan(2);
    } finally {
      await pair.dispose();
    }
  });
});

const FOLDER = 'user.u000000.folder1';
let dir = '';
let pristine: Sides;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-same-'));
  pristine = { master: join(dir, 'm0'), replica: join(dir, 'r0') };
  for (const side of [pristine.master, pristine.replica])
    writeSide(side, { mailboxes: 6, messages: 3, mailboxesPerUser: 3, seed: 4 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A copy of the pair that `change` may do anything to. */
function changed(change: (pair: Sides) => void, engines?: AuditPlan['engines']): readonly string[] {
  const pair = { master: join(dir, 'master'), replica: join(dir, 'replica') };
  for (const side of ['master', 'replica'] as const) {
    rmSync(pair[side], { recursive: true, force: true });
    cpSync(pristine[side], pair[side], { recursive: true, preserveTimestamps: true });
  }
  change(pair);
  return hold(pair, engines);
}

test('a pair at rest is the same in every mailbox', () => {
  expect(changed(() => undefined)).toHaveLength(6);
});

/** A row was set and deleted. Made by cyr_dbtool of 3.6.1. */
const emptied = inflateRawSync(
  Buffer.from(
    'W8jUzVtSnl+cnVmgkJaZk8oAAYxoNIwbAKVvgEhlpsOXbeVR5Fegqhs5QPWGcR+I1mZhYGZgYGAlVt+zFe+Nj4V+fpadWlmWmFOaqoIW3rFHZaRALF00fZ/' +
      'OFRWCaDT1K94tTjMBsQA=',
    'base64',
  ),
);
const FIRST_ROW = 336;

test('in a database of annotations that was emptied, what is left of its rows has to be sound', () => {
  const isSameWith = (damaged: (bytes: Buffer) => void): boolean =>
    changed((pair) => {
      for (const side of [pair.master, pair.replica]) {
        const bytes = Buffer.from(emptied);
        if (side === pair.replica) damaged(bytes);
        writeFileSync(join(mailboxDir(side, FOLDER), 'cyrus.annotations'), bytes);
      }
    }).includes(FOLDER);
  expect(isSameWith(() => undefined)).toBe(true);
  for (let at = FIRST_ROW; at < emptied.length; at += 24)
    expect(isSameWith((bytes) => void (bytes[at]! ^= 1))).toBe(false);
});

const SIDES = ['master', 'replica'] as const;
const FILES = ['cyrus.index', 'cyrus.header', 'cyrus.annotations'] as const;

/** Rewrites cyrus.header of FOLDER, with its CRC in the index. */
function setHeader(side: string, content: Partial<Parameters<typeof encodeMailboxHeader>[0]>, form?: 'text'): void {
  const path = mailboxDir(side, FOLDER);
  const { uniqueid } = findRowOf(side);
  const acl = [['u000000', 'lrswipkxtecdan']] as const;
  const header = encodeMailboxHeader(
    { mboxname: FOLDER, uniqueid, acl, userFlags: ['$Label1', '$Forwarded'], ...content },
    form,
  );
  writeFileSync(join(path, 'cyrus.header'), header);
  editIndex(join(path, 'cyrus.index'), ({ header: bytes }) => {
    bytes.writeUInt32BE(crc32(header), indexField('header', 'headerFileCrc').at);
  });
}

function findRowOf(side: string) {
  let found: ReturnType<typeof findRow> | undefined;
  editRows(side, (rows) => {
    found = findRow(rows, FOLDER);
  });
  return found!;
}

function editRow(side: string, kind: 'N' | 'I', edit: (value: string) => string | undefined): void {
  editRows(side, (rows) => {
    const { key, uniqueid } = findRow(rows, FOLDER);
    const of = kind === 'N' ? key : `I${uniqueid}`;
    const value = edit(rows.get(of)!);
    if (value === undefined) rows.delete(of);
    else rows.set(of, value);
  });
}

/** A name in each row that has it is FOLDER's no more. */
function moveToDeleted(side: string): void {
  editRows(side, (rows) => {
    const { key, value, uniqueid } = findRow(rows, FOLDER);
    const name = 'DELETED\x1fuser\x1fu000000\x1ffolder1\x1f65000000';
    rows.delete(key);
    rows.set(`N${name}`, value);
    rows.set(`I${uniqueid}`, rows.get(`I${uniqueid}`)!.replace('user\x1fu000000\x1ffolder1', name));
  });
}

/** As 3.6 stores it, the time and modseq being 0. */
function annotationValue(text: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(text.length, 0);
  return Buffer.concat([head, Buffer.from(`${text}\0text/plain\0`), Buffer.alloc(17)]);
}

const quotaFile = (side: string): string => join(side, 'conf/quota/u/user.u000000');
const indexOf = (side: string): string => join(mailboxDir(side, FOLDER), 'cyrus.index');

function setIndexHeader(side: string, field: string, value: number, width: 4 | 8 = 4): void {
  editIndex(indexOf(side), ({ header }) => {
    const { at } = indexField('header', field);
    if (width === 4) header.writeUInt32BE(value >>> 0, at);
    else header.writeBigUInt64BE(BigInt(value), at);
  });
}

/**
 * Changes on one side or both. `mayBeSame`: of no concern to the mailbox, or seen before it is looked at: rows of the list
 * are told by the unit.
 */
const changes: readonly (readonly [
  name: string,
  change: (side: string) => void,
  about?: { readonly mayBeSame: true },
])[] = [
  ['other flag names', (side) => setHeader(side, { userFlags: ['$Label2', '$Forwarded'] })],
  ['a flag name less', (side) => setHeader(side, { userFlags: [undefined, '$Forwarded'] })],
  ['flag names in another order', (side) => setHeader(side, { userFlags: ['$Forwarded', '$Label1'] })],
  ['another ACL in the header', (side) => setHeader(side, { acl: [['u000000', 'lrs']] })],
  ['another name in the header', (side) => setHeader(side, { mboxname: 'user.u000000.other' })],
  ['another uniqueid in the header', (side) => setHeader(side, { uniqueid: 'abcdefghijklmnopqrstuvwx' })],
  ['another quota root', (side) => setHeader(side, { quotaroot: FOLDER })],
  ['a header of the text form', (side) => setHeader(side, {}, 'text')],
  ['another ACL in the list', (side) => editRow(side, 'N', (value) => value.replace('lrswipkxtecdan', 'lrs'))],
  ['another foldermodseq', (side) => editRow(side, 'N', (value) => value.replace(' F 1', ' F 9'))],
  ['another mtime', (side) => editRow(side, 'N', (value) => value.replace(/ M \d+/, ' M 5')), { mayBeSame: true }],
  ['another type', (side) => editRow(side, 'N', (value) => value.replace('T e', 'T c'))],
  ['a legacy directory', (side) => editRow(side, 'N', (value) => value.replace('T e', 'T el'))],
  ['another partition', (side) => editRow(side, 'N', (value) => value.replace('P default', 'P p2'))],
  ['a tombstone', (side) => editRow(side, 'N', (value) => value.replace('T e', 'T d'))],
  ['the row by name lost', (side) => editRow(side, 'N', () => undefined)],
  ['the row by uniqueid lost', (side) => editRow(side, 'I', () => undefined), { mayBeSame: true }],
  [
    'the row by uniqueid of another name',
    (side) => editRow(side, 'I', (value) => value.replace('folder1', 'folder2')),
    { mayBeSame: true },
  ],
  [
    'a fault in the row by uniqueid',
    (side) => editRow(side, 'I', (value) => value.replace(/ V \d+/, ' V x')),
    { mayBeSame: true },
  ],
  [
    'a fault in the row by name',
    (side) => editRow(side, 'N', (value) => value.replace(/ V \d+/, ' V x')),
    { mayBeSame: true },
  ],
  ['a delayed delete', moveToDeleted, { mayBeSame: true }],
  ['a higher lastUid', (side) => setIndexHeader(side, 'lastUid', 9)],
  ['a lower lastUid', (side) => setIndexHeader(side, 'lastUid', 2)],
  ['a higher highestmodseq', (side) => setIndexHeader(side, 'highestmodseq', 99, 8)],
  ['a lower highestmodseq', (side) => setIndexHeader(side, 'highestmodseq', 2, 8)],
  ['a deletedmodseq above all', (side) => setIndexHeader(side, 'deletedmodseq', 99, 8)],
  ['a deletedmodseq', (side) => setIndexHeader(side, 'deletedmodseq', 1, 8), { mayBeSame: true }],
  ['another uidvalidity', (side) => setIndexHeader(side, 'uidvalidity', 7)],
  ['no uidvalidity', (side) => setIndexHeader(side, 'uidvalidity', 0)],
  ['another createdmodseq', (side) => setIndexHeader(side, 'createdmodseq', 2, 8)],
  ['another option', (side) => setIndexHeader(side, 'options', 0x11)],
  ['the mark of a deleted mailbox', (side) => setIndexHeader(side, 'options', 0x80000001)],
  ['an undefined option', (side) => setIndexHeader(side, 'options', 0x00100001)],
  ['another recentuid', (side) => setIndexHeader(side, 'recentuid', 3), { mayBeSame: true }],
  ['another pop3LastLogin', (side) => setIndexHeader(side, 'pop3LastLogin', 3), { mayBeSame: true }],
  ['another pop3ShowAfter', (side) => setIndexHeader(side, 'pop3ShowAfter', 3), { mayBeSame: true }],
  ['another exists', (side) => setIndexHeader(side, 'exists', 2)],
  ['another unseen', (side) => setIndexHeader(side, 'unseen', 9)],
  ['another quotaMailboxUsed', (side) => setIndexHeader(side, 'quotaMailboxUsed', 9, 8)],
  ['another quotaAnnotUsed', (side) => setIndexHeader(side, 'quotaAnnotUsed', 9)],
  ['another basic CRC', (side) => setIndexHeader(side, 'syncCrcBasic', 9)],
  ['another annotation CRC', (side) => setIndexHeader(side, 'syncCrcAnnot', 9)],
  ['another CRC of the header', (side) => setIndexHeader(side, 'headerFileCrc', 9)],
  ['no CRC of the header', (side) => setIndexHeader(side, 'headerFileCrc', 0), { mayBeSame: true }],
  ['an older version', (side) => setIndexHeader(side, 'minorVersion', 16)],
  ['a lost index', (side) => rmSync(indexOf(side))],
  ['an empty index', (side) => writeFileSync(indexOf(side), '')],
  ['an index cut short', (side) => writeFileSync(indexOf(side), readFileSync(indexOf(side)).subarray(0, -1))],
  [
    'a record too many',
    (side) => writeFileSync(indexOf(side), Buffer.concat([readFileSync(indexOf(side)), Buffer.alloc(112)])),
  ],
  ['a lost header', (side) => rmSync(join(mailboxDir(side, FOLDER), 'cyrus.header'))],
  ['an empty header', (side) => writeFileSync(join(mailboxDir(side, FOLDER), 'cyrus.header'), '')],
  [
    'a directory for an index',
    (side) => {
      rmSync(indexOf(side));
      mkdirSync(indexOf(side));
    },
  ],
  ['a lost directory', (side) => rmSync(mailboxDir(side, FOLDER), { recursive: true })],
  [
    'no annotation database',
    (side) => rmSync(join(mailboxDir(side, FOLDER), 'cyrus.annotations')),
    { mayBeSame: true },
  ],
  [
    'an empty annotation database',
    (side) => writeFileSync(join(mailboxDir(side, FOLDER), 'cyrus.annotations'), ''),
    { mayBeSame: true },
  ],
  [
    'a message annotation',
    (side) => {
      const key = Buffer.from('1\0/comment\0u000000\0');
      const row = [key, annotationValue('abc')] as const;
      writeFileSync(join(mailboxDir(side, FOLDER), 'cyrus.annotations'), buildTwoskip([row]));
    },
  ],
  [
    'a mailbox annotation',
    (side) => {
      const { uniqueid } = findRowOf(side);
      const value = annotationValue('abc');
      editRows(
        side,
        (rows) => rows.set(`${uniqueid}\0/comment\0u000000\0`, value.toString('latin1')),
        'annotations.db',
      );
    },
  ],
  ['no global annotation database', (side) => rmSync(join(side, 'conf/annotations.db')), { mayBeSame: true }],
  ['a lost quota root', (side) => rmSync(quotaFile(side)), { mayBeSame: true }],
  ['another quota limit', (side) => writeFileSync(quotaFile(side), '%(S (5 7))'), { mayBeSame: true }],
  ['a damaged quota root', (side) => writeFileSync(quotaFile(side), '%(S (5'), { mayBeSame: true }],
  [
    'a seen row of another user',
    (side) => {
      const { uniqueid } = findRowOf(side);
      const path = join(side, 'conf/user/u');
      mkdirSync(path, { recursive: true });
      writeFileSync(
        join(path, 'u000001.seen'),
        buildTwoskip([[Buffer.from(uniqueid), Buffer.from('1 1750000000 3 1750000000 1:3')]]),
      );
    },
    { mayBeSame: true },
  ],
];

describe.each([
  ['on the master', ['master']],
  ['on the replica', ['replica']],
  ['on both sides', ['master', 'replica']],
] as const)('%s', (_, where) => {
  test.each(changes.map(([name, change, about]) => [name, change, about?.mayBeSame === true] as const))(
    '%s',
    (__, change, mayBeSame) => {
      const same = changed((pair) => {
        for (const side of where) change(pair[side]);
      });
      if (where.length === 1 && !mayBeSame) expect(same).not.toContain(FOLDER);
      // The others are what they were, unless the list itself is no more.
      expect(same.filter((name) => name !== FOLDER && !name.startsWith('DELETED')).length).toBeGreaterThanOrEqual(
        mayBeSame ? 5 : 4,
      );
    },
  );
});

describe('between releases', () => {
  /** The same on both sides, with a backslash as special use has it. */
  function annotate({ master, replica }: Sides): void {
    for (const side of [master, replica]) {
      const { uniqueid } = findRowOf(side);
      const value = annotationValue('\\Sent');
      setIndexHeader(side, 'quotaAnnotUsed', '\\Sent'.length);
      editRows(
        side,
        (rows) => rows.set(`${uniqueid}\0/specialuse\0u000000\0`, value.toString('latin1')),
        'annotations.db',
      );
    }
  }

  test.each([
    ['3.12', '3.0'],
    ['3.0', '3.12'],
    ['2.4', '3.6'],
    ['3.6', '3.6'],
  ] as const)('%s to %s: equal annotations are told alike', (master, replica) => {
    expect(changed(annotate, { master, replica })).toContain(FOLDER);
    changed(
      (pair) => {
        annotate(pair);
        setIndexHeader(pair.master, 'recentuid', 3);
      },
      { master, replica },
    );
  });
});

describe('random bytes', () => {
  /** Field by field, sealed again, so that later checks are reached; or any byte. */
  test.each(Array.from({ length: 4 }, (_, seed) => [seed]))('seed %d', (seed) => {
    const random = seeded(seed);
    const seen = { same: 0, other: 0 };
    for (let run = 0; run < 15; run++) {
      const same = changed((pair) => {
        const where = random(3) === 0 ? SIDES : [SIDES[random(2)]!];
        const inIndex = random(2) === 0;
        const at = random(1 << 16);
        const bit = 1 << random(8);
        const file = FILES[random(FILES.length)]!;
        for (const side of where) {
          const path = join(mailboxDir(pair[side], FOLDER), inIndex ? 'cyrus.index' : file);
          if (!existsSync(path)) continue;
          if (inIndex && at % 4 !== 0) {
            editIndex(path, ({ header, records }) => {
              const target = at % 2 === 0 ? header : records[at % records.length]!;
              target[Math.floor(at / 4) % (target.length - 4)]! ^= bit;
            });
          } else {
            const bytes = readFileSync(path);
            bytes[at % bytes.length]! ^= bit;
            writeFileSync(path, bytes);
          }
        }
      });
      seen[same.includes(FOLDER) ? 'same' : 'other']++;
    }
    expect(seen.other).toBeGreaterThan(3);
  });

  test('in the rows of the list', () => {
    const random = seeded(99);
    for (let run = 0; run < 30; run++) {
      changed((pair) => {
        const side = pair[SIDES[random(2)]!];
        const kind = random(2) === 0 ? 'N' : 'I';
        const byte = ' ()%"\\{\0N9\x1f'[random(11)]!;
        const at = random(1000);
        editRow(side, kind, (value) => {
          const i = at % value.length;
          return value.slice(0, i) + byte + value.slice(i + random(2));
        });
      });
    }
  });
});
