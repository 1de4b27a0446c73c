import { inboxName } from '../formats/mboxlist/names.js';
import type { SideRole } from '../model/effects.js';
import { changedSince, stampOf } from '../sources/changed-since.js';
import { locateMailbox } from '../sources/spool/locate-mailbox.js';
import { isLive, type Unit } from '../sources/spool/mailbox-list.js';
import type { OpenedSide } from './context.js';
import { CoveringQuotaroots } from './covering-quotaroots.js';
import { filesOfMailbox, filesOfUser } from './find-moving.js';

export type UserUnit = Extract<Unit, { kind: 'user' }>;

/** How everything of a user stood at one moment, by the stamps of his files. */
export interface UserNote {
  /** Stamps of both sides, by the names of live mailboxes. */
  readonly mailboxes: ReadonlyMap<string, string>;
  /** Mailboxes that were written to at this very moment: the next write may leave the same stamp. */
  readonly fresh: ReadonlySet<string>;
  /** Rows of the mailbox lists. */
  readonly rows: string;
  /** Seen state, subscriptions, scripts, quota. */
  readonly files: string;
  readonly filesAreFresh: boolean;
  /** Databases of the whole server, which others change as well. */
  readonly shared: string;
  /** The INBOX is live there. */
  readonly hasInbox: Readonly<Record<'master' | 'replica', boolean>>;
}

/** A user as the master names him. */
export function userUnit(sides: ReadonlyMap<SideRole, OpenedSide>, userid: string): UserUnit {
  const { defaultdomain } = sides.get('master')!.side.layout;
  return { kind: 'user', userid, inbox: inboxName(userid, defaultdomain) };
}

/** Notes how a user stands, before anything of him is read. */
export function noteUser(sides: ReadonlyMap<SideRole, OpenedSide>, unit: UserUnit): UserNote {
  const at = Date.now();
  const paths = new Map<string, string[]>();
  const ofUser: string[] = [];
  const shared: string[] = [];
  const rows: unknown[] = [];
  const quotaroots = new CoveringQuotaroots();
  const hasInbox = { master: false, replica: false };
  for (const [role, { side, list }] of sides) {
    const { layout } = side;
    const entries = list.entriesOf(unit);
    rows.push(entries);
    const inbox = entries.find(({ mboxname }) => mboxname === unit.inbox);
    if (role !== 'single') hasInbox[role] = inbox !== undefined && isLive(inbox);
    ofUser.push(...filesOfUser(layout, unit.userid, inbox));
    shared.push(layout.annotationsDb);
    for (const entry of entries.filter(isLive)) {
      const dirs = locateMailbox(layout, entry);
      const known = paths.get(entry.mboxname) ?? [];
      paths.set(entry.mboxname, dirs === undefined ? known : [...known, ...filesOfMailbox(dirs)]);
      const root = quotaroots.of(side, entry);
      const path = root === undefined || root === null || !layout.quota.legacy ? undefined : layout.quotaPath(root);
      if (path !== undefined) ofUser.push(path);
    }
    if (!layout.quota.legacy) shared.push(layout.quota.db);
  }
  const mailboxes = new Map([...paths].map(([mboxname, files]) => [mboxname, files.map(stampOf).join('\n')]));
  return {
    mailboxes,
    fresh: new Set([...paths].filter(([, files]) => changedSince(files, at)).map(([mboxname]) => mboxname)),
    rows: JSON.stringify(rows),
    files: ofUser.map(stampOf).join('\n'),
    filesAreFresh: changedSince(ofUser, at),
    shared: shared.map(stampOf).join('\n'),
    hasInbox,
  };
}
