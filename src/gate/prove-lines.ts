import { inboxName } from '../formats/mboxlist/names.js';
import type { PairRole } from '../model/effects.js';
import type { PendingLog } from '../sources/spool/pending-log.js';
import type { PairDifferences } from './differences.js';

/** What lines of a sync log name, looked up on both sides of a pair. */
export interface LogSubjects {
  /** Identity of the live mailbox of this name; undefined = the side has none. */
  readonly uniqueidOf: (role: PairRole, mboxname: string) => string | undefined;
  /** Name of the live mailbox with this uniqueid on the master. */
  readonly nameOf: (uniqueid: string) => string | undefined;
  /** Userid of the owner of a mailbox. */
  readonly ownerOf: (mboxname: string) => string | undefined;
  /** Why the limits of a quota root are not proven equal; undefined = they are. */
  readonly quotaDiffers: (root: string) => string | undefined;
  /** The same of the annotations of the server. */
  readonly serverAnnotationsDiffer: () => string | undefined;
  readonly defaultdomain: string;
}

/** Of USER and UNUSER lines: how a user stands in the lists. */
type Presence = 'absent' | 'same' | 'unlike';

/**
 * Lines of a pending log that are not proven harmless. A line names a state to compare and not an operation, so that it
 * is harmless when all of what it names is the same on both sides: then replaying it, or never replaying it, changes
 * nothing. A line that removes is another matter. sync_client carries out UNUSER whenever the INBOX is not in its own
 * list, without any tombstone, and UNMAILBOX by a tombstone or even without one, by release (do_unuser, do_unmailbox,
 * imap/sync_client.c 3.6.1): replayed late, it destroys what was made anew meanwhile. It is harmless only as long as
 * neither side has anything of that name.
 */
export function* unprovenLines(
  log: PendingLog,
  subjects: LogSubjects,
  differences: PairDifferences,
): Generator<string> {
  const prover = new Prover(subjects, differences);
  const names: readonly (readonly [string, ReadonlySet<string>, (subject: string) => string | undefined])[] = [
    ['UNUSER', log.unuser, (userid) => prover.removedUser(userid)],
    ['UNMAILBOX', log.unmailbox, (mboxname) => prover.removedMailbox(mboxname)],
    ['RENAME', log.renames, (both) => prover.mailboxes(both.split('\0'))],
    ['USER', log.users, (userid) => prover.user(userid)],
    ['META', log.meta, (userid) => prover.metadata(userid)],
    ['MAILBOX', log.mailboxes, (mboxname) => prover.mailbox(mboxname)],
    ['ANNOTATION', log.annotations, (mboxname) => prover.annotations(mboxname)],
    ['QUOTA', log.quotas, (root) => subjects.quotaDiffers(root)],
    ['SEEN', log.seen, (both) => prover.seen(both)],
    ['SUB', log.subscriptions, (both) => prover.metadata(both.slice(0, both.indexOf('\0')))],
  ];
  for (const [type, found, prove] of names) {
    for (const subject of found) {
      const why = prove(subject);
      if (why !== undefined) yield `${type} ${subject === '' ? '""' : subject.replaceAll('\0', ' ')}: ${why}`;
    }
  }
  for (const type of log.unknownTypes) yield `${type}: a line of a type that is not known`;
  for (const { file, offset = 0, actual = '' } of log.faults)
    yield `${file} at byte ${String(offset)}: a line that cannot be read: ${actual}`;
}

class Prover {
  constructor(
    private readonly subjects: LogSubjects,
    private readonly differences: PairDifferences,
  ) {}

  mailbox(mboxname: string): string | undefined {
    const { uniqueidOf } = this.subjects;
    const master = uniqueidOf('master', mboxname);
    const replica = uniqueidOf('replica', mboxname);
    if (master === undefined && replica === undefined) return this.differences.whole;
    if (replica === undefined) return 'the replica has no such mailbox';
    if (master === undefined) return 'only the replica has such a mailbox';
    if (master !== replica) return 'the sides have two different mailboxes of this name';
    return this.differences.mailbox(mboxname);
  }

  mailboxes(names: readonly string[]): string | undefined {
    for (const name of names) {
      const why = this.mailbox(name);
      if (why !== undefined) return `${name}: ${why}`;
    }
    return undefined;
  }

  user(userid: string): string | undefined {
    const presence = this.presence(userid);
    if (presence === 'unlike') return 'the INBOX is not the same mailbox on both sides';
    return this.differences.user(userid);
  }

  removedUser(userid: string): string | undefined {
    if (this.presence(userid) !== 'absent') return 'it removes a user, and a side still has one of this name';
    return this.differences.user(userid);
  }

  removedMailbox(mboxname: string): string | undefined {
    const sides = ['master', 'replica'] as const;
    const isThere = sides.some((role) => this.subjects.uniqueidOf(role, mboxname) !== undefined);
    return isThere ? 'it removes a mailbox, and a side still has one of this name' : this.differences.whole;
  }

  /** Of a user without an INBOX nothing of the kind is compared. */
  metadata(userid: string): string | undefined {
    if (this.presence(userid) !== 'same') return 'not compared: a side has no INBOX of this user';
    return this.differences.metadata(userid);
  }

  annotations(mboxname: string): string | undefined {
    return mboxname === '' ? this.subjects.serverAnnotationsDiffer() : this.mailbox(mboxname);
  }

  /** `userid NUL uniqueid`. */
  seen(both: string): string | undefined {
    const [userid = '', uniqueid = ''] = both.split('\0');
    const mboxname = this.subjects.nameOf(uniqueid);
    const isOwn = mboxname !== undefined && this.subjects.ownerOf(mboxname) === userid;
    // The owner's own is in the records of the mailbox; before version 12 of the index in his database, as that of others.
    return (isOwn ? this.mailbox(mboxname) : undefined) ?? this.metadata(userid);
  }

  private presence(userid: string): Presence {
    const { defaultdomain, ownerOf, uniqueidOf } = this.subjects;
    const inbox = inboxName(userid, defaultdomain);
    // A name that means somebody else is nobody's.
    if (ownerOf(inbox) !== userid) return 'unlike';
    const master = uniqueidOf('master', inbox);
    const replica = uniqueidOf('replica', inbox);
    if (master === undefined && replica === undefined) return 'absent';
    return master === replica ? 'same' : 'unlike';
  }
}
