import { join } from 'node:path';
import { INDEX_VERSIONS } from '../../../src/formats/index/versions/all.js';
import { reseal } from '../build-index.js';
import type { Fault } from './fault.js';
import { EXPUNGED_UID, INBOX, LIVE_UID, mailboxPaths } from './rich-side.js';
import type { SideFiles } from './side-files.js';
import { damageFields } from './verbs.js';

const v17 = INDEX_VERSIONS.get(17)!;
const headerSize = v17.header.size;
const recordSize = v17.record.size;

const indexPath = (files: SideFiles): string => join(mailboxPaths(files, INBOX).spool, 'cyrus.index');

interface Parts {
  header: Buffer;
  records: Buffer[];
}

function split(bytes: Buffer): Parts {
  const records: Buffer[] = [];
  for (let at = headerSize; at < bytes.length; at += recordSize) records.push(bytes.subarray(at, at + recordSize));
  return { header: bytes.subarray(0, headerSize), records };
}

const uidOf = (record: Buffer): number => record.readUInt32BE(v17.record.offsetOf('uid'));
const join2 = ({ header, records }: Parts): Buffer => Buffer.concat([header, ...records]);

function changeHeader(parts: Parts, name: string, change: (value: number) => number): void {
  const at = v17.header.offsetOf(name);
  parts.header = Buffer.from(parts.header);
  parts.header.writeUInt32BE(change(parts.header.readUInt32BE(at)), at);
  reseal(parts.header);
}

/** Every field of the header of cyrus.index, times every verb; one verb is enough where only the checksum shows it. */
export function indexHeaderFaults(files: SideFiles): Fault[] {
  const { header } = split(files.read(indexPath(files)));
  return damageFields(v17.header, header).flatMap(({ field, verb, bytes }) =>
    (['raw', 'sealed'] as const)
      .filter((seal) => (seal === 'raw' ? verb === 'flip' : field !== 'headerCrc'))
      .map((seal): Fault => ({
        target: 'cyrus.index header',
        field,
        verb,
        seal,
        place: { mboxname: INBOX },
        apply: (side) => {
          const parts = split(side.read(indexPath(side)));
          const changed = Buffer.from(bytes);
          side.write(indexPath(side), join2({ ...parts, header: seal === 'raw' ? changed : reseal(changed) }));
        },
      })),
  );
}

/** Every field of a live and of an expunged record, times every verb. */
export function indexRecordFaults(files: SideFiles): Fault[] {
  const { records } = split(files.read(indexPath(files)));
  return [['cyrus.index record', LIVE_UID] as const, ['cyrus.index record, expunged', EXPUNGED_UID] as const].flatMap(
    ([target, uid]) => {
      const n = records.findIndex((record) => uidOf(record) === uid);
      return damageFields(v17.record, records[n]!).flatMap(({ field, verb, bytes }) =>
        (['raw', 'sealed'] as const)
          .filter((seal) => (seal === 'raw' ? verb === 'flip' : field !== 'recordCrc'))
          .map((seal): Fault => ({
            target,
            field,
            verb,
            seal,
            place: { mboxname: INBOX, uid },
            apply: (side) => {
              const parts = split(side.read(indexPath(side)));
              const changed = Buffer.from(bytes);
              parts.records[n] = seal === 'raw' ? changed : reseal(changed);
              side.write(indexPath(side), join2(parts));
            },
          })),
      );
    },
  );
}

interface Operation {
  readonly field: string;
  readonly verb: string;
  readonly uid?: number;
  readonly change: (parts: Parts) => void;
}

const OPERATIONS: readonly Operation[] = [
  {
    field: 'two records',
    verb: 'swap',
    uid: 1,
    change: ({ records }) => ([records[0], records[1]] = [records[1]!, records[0]!]),
  },
  {
    field: 'a record',
    verb: 'drop, counted',
    uid: LIVE_UID,
    change: (parts) => {
      parts.records.splice(1, 1);
      changeHeader(parts, 'numRecords', (n) => n - 1);
    },
  },
  {
    field: 'a record',
    verb: 'drop, not counted',
    uid: LIVE_UID,
    change: ({ records }) => records.splice(1, 1),
  },
  {
    field: 'the last record',
    verb: 'drop, counted',
    uid: 6,
    change: (parts) => {
      parts.records.pop();
      changeHeader(parts, 'numRecords', (n) => n - 1);
    },
  },
  {
    field: 'a record',
    verb: 'duplicate, counted',
    uid: LIVE_UID,
    change: (parts) => {
      parts.records.splice(1, 0, parts.records[1]!);
      changeHeader(parts, 'numRecords', (n) => n + 1);
    },
  },
  {
    field: 'a record',
    verb: 'duplicate, not counted',
    uid: LIVE_UID,
    change: ({ records }) => records.splice(1, 0, records[1]!),
  },
  {
    field: 'the last record',
    verb: 'stale header: written, not counted',
    change: (parts) => {
      for (const name of ['numRecords', 'exists', 'unseen', 'lastUid']) changeHeader(parts, name, (n) => n - 1);
    },
  },
  {
    field: 'a record',
    verb: 'stale header: flagged, not counted',
    uid: LIVE_UID,
    change: ({ records }) => {
      const record = Buffer.from(records[1]!);
      const at = v17.record.offsetOf('systemFlags');
      record.writeUInt32BE((record.readUInt32BE(at) | 2) >>> 0, at);
      records[1] = reseal(record);
    },
  },
  { field: 'a record', verb: 'zero', uid: LIVE_UID, change: ({ records }) => (records[1] = Buffer.alloc(recordSize)) },
  {
    field: 'a record',
    verb: 'of another mailbox state: last one over it',
    uid: LIVE_UID,
    change: ({ records }) => (records[1] = Buffer.from(records.at(-1)!)),
  },
];

/** Records and the whole file: swapped, dropped, doubled, cut, emptied, gone. */
export function indexStructureFaults(): Fault[] {
  const target = 'cyrus.index';
  const of = (field: string, verb: string, apply: Fault['apply'], uid?: number): Fault => ({
    target,
    field,
    verb,
    seal: 'none',
    place: { mboxname: INBOX, ...(uid === undefined ? {} : { uid }) },
    apply,
  });
  const rewrite =
    (change: (bytes: Buffer) => Buffer): Fault['apply'] =>
    (side) => {
      side.write(indexPath(side), change(side.read(indexPath(side))));
    };
  return [
    ...OPERATIONS.map(({ field, verb, uid, change }) =>
      of(
        field,
        verb,
        rewrite((bytes) => {
          const parts = split(bytes);
          change(parts);
          return join2(parts);
        }),
        uid,
      ),
    ),
    of(
      'the file',
      'truncate in a record',
      rewrite((bytes) => bytes.subarray(0, bytes.length - 50)),
    ),
    of(
      'the file',
      'truncate in the header',
      rewrite((bytes) => bytes.subarray(0, 50)),
    ),
    of(
      'the file',
      'empty',
      rewrite(() => Buffer.alloc(0)),
    ),
    of(
      'the file',
      'zero',
      rewrite((bytes) => Buffer.alloc(bytes.length)),
    ),
    of(
      'the file',
      'zero its last 512 bytes',
      rewrite((bytes) => Buffer.concat([bytes.subarray(0, -512), Buffer.alloc(512)])),
    ),
    of('the file', 'remove', (side) => side.remove(indexPath(side))),
    of('the file', 'that of another mailbox', (side) => {
      side.write(indexPath(side), side.read(join(mailboxPaths(side, 'user.ada.Work').spool, 'cyrus.index')));
    }),
  ];
}
