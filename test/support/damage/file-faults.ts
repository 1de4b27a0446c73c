import { join } from 'node:path';
import type { Fault, Place } from './fault.js';
import { EXPUNGED_UID, INBOX, LIVE_UID, WORK, mailboxPaths } from './rich-side.js';
import type { SideFiles } from './side-files.js';

const archived = (files: SideFiles, uid: number): string => join(mailboxPaths(files, INBOX).archive, `${String(uid)}.`);
const spooled = (files: SideFiles, uid: number): string => join(mailboxPaths(files, INBOX).spool, `${String(uid)}.`);

function messageFaults(): Fault[] {
  return (
    [
      ['message file', LIVE_UID, archived],
      ['message file, expunged', EXPUNGED_UID, archived],
    ] as const
  ).flatMap(([target, uid, pathOf]) => {
    const of = (verb: string, apply: Fault['apply']): Fault => ({
      target,
      field: 'the file',
      verb,
      seal: 'none',
      place: { mboxname: INBOX, uid },
      apply,
    });
    const rewrite =
      (change: (bytes: Buffer) => Buffer): Fault['apply'] =>
      (side) => {
        side.write(pathOf(side, uid), change(Buffer.from(side.read(pathOf(side, uid)))));
      };
    return [
      of(
        'flip a bit of the body',
        rewrite((bytes) => {
          bytes[bytes.length - 5]! ^= 1;
          return bytes;
        }),
      ),
      of(
        'zero',
        rewrite((bytes) => Buffer.alloc(bytes.length)),
      ),
      of(
        'truncate',
        rewrite((bytes) => bytes.subarray(0, -10)),
      ),
      of(
        'empty',
        rewrite(() => Buffer.alloc(0)),
      ),
      of(
        'append',
        rewrite((bytes) => Buffer.concat([bytes, Buffer.from('x')])),
      ),
      of('swap with another message', (side) => {
        const other = side.read(pathOf(side, 1));
        side.write(pathOf(side, 1), side.read(pathOf(side, uid)));
        side.write(pathOf(side, uid), other);
      }),
      of('remove', (side) => side.remove(pathOf(side, uid))),
      of('replace by a directory', (side) => {
        side.remove(pathOf(side, uid));
        side.write(join(pathOf(side, uid), 'x'), Buffer.from('x'));
      }),
      of('move from archive to spool', (side) => side.rename(pathOf(side, uid), spooled(side, uid))),
      of('duplicate in the spool', (side) =>
        side.writeLike(spooled(side, uid), side.read(pathOf(side, uid)), pathOf(side, uid)),
      ),
      of('duplicate in the spool, empty', (side) =>
        side.writeLike(spooled(side, uid), Buffer.alloc(0), pathOf(side, uid)),
      ),
    ];
  });
}

/** A file of some years ago. */
const old = (files: SideFiles): string => archived(files, 1);

/** Things that lie about. */
function directoryFaults(): Fault[] {
  const of = (field: string, verb: string, place: Place, apply: Fault['apply']): Fault => ({
    target: 'directory entry',
    field,
    verb,
    seal: 'none',
    place,
    apply,
  });
  const inbox = { mboxname: INBOX };
  const add =
    (name: string, dir: 'spool' | 'archive' = 'spool', bytes = Buffer.from('x')): Fault['apply'] =>
    (side) => {
      side.writeLike(join(mailboxPaths(side, INBOX)[dir], name), bytes, old(side));
    };
  return [
    of('UID. without a record', 'add', { ...inbox, uid: 9 }, add('9.')),
    of('UID. without a record', 'add, in the archive', { ...inbox, uid: 9 }, add('9.', 'archive')),
    of('UID. without a record', 'add, empty', { ...inbox, uid: 9 }, add('9.', 'spool', Buffer.alloc(0))),
    of('09. with a leading zero', 'add', inbox, add('09.')),
    of('cyrus.index.NEW', 'add', inbox, add('cyrus.index.NEW')),
    of('cyrus.cache.NEW', 'add', inbox, add('cyrus.cache.NEW')),
    of('cyrus.header.NEW', 'add', inbox, add('cyrus.header.NEW')),
    of('cyrus.annotations.NEW', 'add', inbox, add('cyrus.annotations.NEW')),
    of('9.NEW', 'add', inbox, add('9.NEW')),
    of('an unknown name', 'add', inbox, add('core.1234')),
    of('an unknown name', 'add, in the archive', inbox, add('cyrus.index', 'archive')),
    of('a lock file', 'add', inbox, add('cyrus.index.lock')),
    of('stage. file', 'add', {}, (side) =>
      side.writeLike('spool/stage./1234-1600000000-0', Buffer.from('x'), old(side)),
    ),
    of('sync. file', 'add', {}, (side) => side.writeLike('spool/sync./77/0011', Buffer.from('x'), old(side))),
    of('mailboxes.db.NEW', 'add', {}, (side) => side.writeLike('conf/mailboxes.db.NEW', Buffer.from('x'), old(side))),
    of('annotations.db.NEW', 'add', {}, (side) =>
      side.writeLike('conf/annotations.db.NEW', Buffer.from('x'), old(side)),
    ),
    of('quota root .NEW', 'add', {}, (side) =>
      side.writeLike('conf/quota/a/user.ada.NEW', Buffer.from('x'), old(side)),
    ),
    of('sub.db.NEW', 'add', { userid: 'ada' }, (side) =>
      side.writeLike(join(mailboxPaths(side, INBOX).user, 'sub.db.NEW'), Buffer.from('x'), old(side)),
    ),
    of('a mailbox directory', 'remove', { mboxname: WORK }, (side) => {
      const { spool, archive } = mailboxPaths(side, WORK);
      for (const path of [...side.list(spool), ...side.list(archive)]) side.remove(path);
    }),
    of('a mailbox directory', 'move under another uniqueid', { mboxname: WORK }, (side) => {
      const { spool } = mailboxPaths(side, WORK);
      for (const path of side.list(spool)) side.rename(path, path.replace(spool, `${spool.slice(0, -1)}~`));
    }),
    of('a mailbox directory', 'copy under another uniqueid', {}, (side) => {
      const { spool } = mailboxPaths(side, WORK);
      for (const path of side.list(spool))
        side.writeLike(path.replace(spool, `${spool.slice(0, -1)}~`), side.read(path), path);
    }),
    of('a mailbox directory', 'swap with another', { mboxname: WORK }, (side) => {
      const [a, b] = [mailboxPaths(side, WORK).spool, mailboxPaths(side, 'user.ada.New').spool];
      const of_ = (dir: string) => side.list(dir).map((path) => [path, side.read(path)] as const);
      const [as, bs] = [of_(a), of_(b)];
      for (const [path] of [...as, ...bs]) side.remove(path);
      for (const [path, bytes] of as) side.write(path.replace(a, b), bytes);
      for (const [path, bytes] of bs) side.write(path.replace(b, a), bytes);
    }),
  ];
}

export function fileFaults(): Fault[] {
  return [...messageFaults(), ...directoryFaults()];
}
