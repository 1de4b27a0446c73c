import { readServerAnnotations } from '../formats/annotations/server-annotations.js';
import { parseName } from '../formats/mboxlist/names.js';
import { QUOTA_RESOURCES } from '../formats/quota/quota-record.js';
import { SIDES, type PairRole } from '../model/effects.js';
import { whyNotDecoded } from '../sources/spool/open-database.js';
import type { Side } from '../sources/spool/open-side.js';
import { isLive, type MailboxList } from '../sources/spool/mailbox-list.js';
import { QuotaReader } from './audit-user-metadata.js';

type Opened = Readonly<Record<PairRole, { readonly side: Side; readonly list: MailboxList }>>;

/** A mailbox that has lost its uniqueid is told from every other. */
const NO_UNIQUEID = '(none)';

/** Looks up on both sides of a pair what lines of a sync log name. Of two things each answer is why they differ. */
export function openLogSubjects(sides: Opened) {
  const { deletedPrefix, defaultdomain } = sides.master.side.layout;
  return {
    defaultdomain,
    /** Userid of the owner of a mailbox. */
    ownerOf: (mboxname: string): string | undefined => parseName(mboxname, { deletedPrefix, defaultdomain }).owner,
    /** Identity of the live mailbox of this name. */
    uniqueidOf: (role: PairRole, mboxname: string): string | undefined => {
      const entry = sides[role].list.byName(mboxname);
      return entry === undefined || !isLive(entry) ? undefined : (entry.uniqueid ?? NO_UNIQUEID);
    },
    /** Name of the live mailbox with this uniqueid on the master. */
    nameOf: (uniqueid: string): string | undefined => sides.master.list.liveByUniqueid(uniqueid)?.mboxname,
    /** Limits only: usage is each server's own. */
    quotaDiffers: (root: string): string | undefined => {
      const texts = SIDES.map((role) => limitsOf(sides[role].side, root));
      const failure = texts.find(({ failed }) => failed !== undefined)?.failed;
      if (failure !== undefined) return failure;
      const [master, replica] = texts.map(({ limits }) => limits);
      return master === replica ? undefined : `the master has ${master!}, the replica ${replica!}`;
    },
    serverAnnotationsDiffer: (): string | undefined => {
      const rows = SIDES.map((role) => serverAnnotations(sides[role].side));
      const failure = rows.find(({ failed }) => failed !== undefined)?.failed;
      if (failure !== undefined) return failure;
      return rows[0]!.text === rows[1]!.text ? undefined : 'the annotations of the server differ';
    },
  };
}

interface Limits {
  readonly limits: string;
  readonly failed?: string;
}

function limitsOf(side: Side, root: string): Limits {
  const reader = new QuotaReader(side);
  try {
    const { record, faults, unread } = reader.read(root);
    const failed = unread ?? (faults[0] === undefined ? undefined : `${faults[0].file}: ${faults[0].code}`);
    if (failed !== undefined) return { limits: '', failed };
    if (record === undefined) return { limits: 'no such quota root' };
    const limits = QUOTA_RESOURCES.map((name) => `${name} ${String(record.resources[name]?.limit ?? 'unlimited')}`);
    return { limits: limits.join(', ') };
  } finally {
    reader.close();
  }
}

/** Annotations without a mailbox, in the order of their names. */
function serverAnnotations(side: Side): { readonly text: string; readonly failed?: string } {
  const { db, path, failure, faults, isDamaged } = side.annotations;
  if (failure?.missing === true || faults.some(({ code }) => code === 'file-empty')) return { text: '' };
  if (db === undefined || isDamaged === true)
    return { text: '', failed: failure?.reason ?? whyNotDecoded(side.annotations) ?? `${path}: damaged` };
  const { values, failed } = readServerAnnotations(db, path);
  return failed === undefined ? { text: JSON.stringify([...values].sort()) } : { text: '', failed };
}
