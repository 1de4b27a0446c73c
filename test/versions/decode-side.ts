/** A side as our readers see it, in the form of a recorded truth and with the same things left open. */
import { relative } from 'node:path';
import type { TruthMailbox, TruthQuota, TruthRecord, TruthSide } from '../../fixtures/make/version-truth.js';
import { QuotaReader } from '../../src/audit/audit-user-metadata.js';
import { checkCaches } from '../../src/audit/check-cache.js';
import { aclText, readMailbox, type ReadMailbox } from '../../src/audit/read-mailbox.js';
import { decodeRecord } from '../../src/formats/index/decode-record.js';
import { recordOffsets } from '../../src/formats/index/scan-records.js';
import { inboxName, parseName } from '../../src/formats/mboxlist/names.js';
import { parseSeenRow } from '../../src/formats/seen/seen-row.js';
import { SubscriptionRows } from '../../src/formats/subscriptions/subscription-rows.js';
import { FLAG_SEEN, SYSTEM_FLAG_NAMES, type IndexHeader } from '../../src/model/index-file.js';
import type { MailboxHeader, Mbentry } from '../../src/model/mailbox.js';
import { locateUserMeta } from '../../src/sources/spool/locate-mailbox.js';
import { isLive, type MailboxList } from '../../src/sources/spool/mailbox-list.js';
import { openMailboxList } from '../../src/sources/spool/open-mailbox-list.js';
import { openSide, type Side } from '../../src/sources/spool/open-side.js';
import { openUserDatabase } from '../../src/sources/spool/user-database.js';

const OPT_IMAP_SHAREDSEEN = 4;
/** Resources of a quota record by the names that IMAP gives them, and the unit of their usage. */
const QUOTA_NAMES = [
  ['STORAGE', 'S', 1024],
  ['MESSAGE', 'M', 1],
  ['X-ANNOTATION-STORAGE', 'AS', 1024],
  ['X-NUM-FOLDERS', 'NF', 1],
] as const;

export interface DecodedSide {
  readonly side: TruthSide;
  /** Everything that a reader complained of: a healthy tree gives nothing. */
  readonly complaints: readonly string[];
}

export function decodeSide(dir: string, truth: TruthSide): DecodedSide {
  const side = openSide({ role: 'single', source: dir });
  try {
    const list = openMailboxList(side);
    if (list === undefined) throw new Error(`${dir}: no mailbox list`);
    return new Decoder(dir, side, list, truth).run();
  } finally {
    side.close();
  }
}

class Decoder {
  private readonly complaints: string[] = [];

  constructor(
    private readonly dir: string,
    private readonly side: Side,
    private readonly list: MailboxList,
    private readonly truth: TruthSide,
  ) {}

  run(): DecodedSide {
    const mailboxes: Record<string, TruthMailbox> = {};
    const tombstones: Record<string, string | null> = {};
    for (const name of this.list.names()) {
      const mboxname = name.mboxname();
      const entry = this.list.byName(mboxname);
      if (entry === undefined) this.complaints.push(`${mboxname}: no entry`);
      else if (isLive(entry)) mailboxes[mboxname] = this.decodeMailbox(entry, this.truth.mailboxes[mboxname]);
      else if (entry.mbtype.deleted)
        tombstones[mboxname] = this.truth.tombstones[mboxname] === null ? null : (entry.uniqueid ?? null);
      else this.complaints.push(`${mboxname}: of type ${entry.mbtype.letters}`);
    }
    const { subscriptions, quota, seen, annotationsAsked } = this.truth;
    const side: TruthSide = {
      mailboxes,
      tombstones,
      subscriptions: mapValues(subscriptions, (_, userid) => this.subscriptions(userid)),
      quota: this.quota(Object.keys(quota)),
      seen: mapValues(seen, (_, key) => {
        const cut = key.indexOf(' ');
        return this.seen(key.slice(0, cut), key.slice(cut + 1));
      }),
      ...(annotationsAsked === undefined ? {} : { annotationsAsked }),
    };
    this.complain(this.list.faults);
    this.complain(this.list.db.faults);
    return { side, complaints: this.complaints };
  }

  private complain(faults: Iterable<object>): void {
    for (const fault of faults) this.complaints.push(JSON.stringify(fault));
  }

  private ownerOf(mboxname: string): string | undefined {
    const { deletedPrefix, defaultdomain } = this.side.layout;
    return parseName(mboxname, { deletedPrefix, defaultdomain }).owner;
  }

  private decodeMailbox(entry: Mbentry, truth: TruthMailbox | undefined): TruthMailbox {
    const mailbox = readMailbox(this.side, entry, this.ownerOf(entry.mboxname));
    try {
      this.complain(mailbox.faults);
      this.complaints.push(...mailbox.unread, ...mailbox.missing);
      this.complain(checkCaches(mailbox, { isDecoded: true }, { bytesRead: 0 }, this.complaints));
      const { header, indexHeader, head, dirs } = mailbox;
      const isGiven = (key: keyof TruthMailbox): boolean => truth === undefined || key in truth;
      const given = <K extends keyof TruthMailbox, T>(key: K, value: T | undefined): Partial<Record<K, T>> =>
        (isGiven(key) && value !== undefined ? { [key]: value } : {}) as Partial<Record<K, T>>;
      return {
        path: dirs === undefined ? '' : relative(this.dir, dirs.data),
        partition: entry.partition ?? '',
        acl: aclText(entry.acl),
        ...given('uniqueid', entry.uniqueid),
        ...given('version', mailbox.minor),
        ...given('uidvalidity', indexHeader?.uidvalidity),
        ...given('lastUid', indexHeader?.lastUid),
        ...given('exists', indexHeader?.exists),
        ...given('highestmodseq', indexHeader?.highestmodseq),
        ...(truth?.imapUser === undefined ? {} : { imapUser: truth.imapUser }),
        ...given('annotations', head && this.asked(head.annotations)),
        ...given('sharedSeen', indexHeader && (indexHeader.options & OPT_IMAP_SHAREDSEEN) !== 0),
        ...(truth?.imapUser === undefined && !isGiven('quotaroot') ? {} : quotarootOf(header)),
        records: this.records(mailbox, truth),
      };
    } finally {
      mailbox.close();
    }
  }

  private asked(annotations: ReadonlyMap<string, string>): Record<string, string> {
    const { annotationsAsked: asked } = this.truth;
    const entries = [...annotations].filter(([key]) => asked?.includes(key.slice(0, key.indexOf(' '))) ?? true);
    return Object.fromEntries(entries);
  }

  private records({ mbentry, index, version, header, indexHeader }: ReadMailbox, truth?: TruthMailbox): TruthRecord[] {
    if (index === undefined || version === undefined || indexHeader === undefined) return [];
    const names = header?.userFlags ?? [];
    const spelling = new Map(names.flatMap((name) => (name === undefined ? [] : [[name.toLowerCase(), name]])));
    const reader = truth?.imapUser;
    const hasOwnSeen = reader !== undefined && !this.isSeenInIndex(reader, mbentry.mboxname, indexHeader);
    const seen = hasOwnSeen ? new Set(this.seenRow(reader, mbentry)) : undefined;
    const known = new Map(truth?.records.map((record) => [record[0], record]));
    const records: TruthRecord[] = [];
    const offsets = recordOffsets(version);
    for (const block of index.blocks()) {
      for (let i = 0; i < block.count; i++) {
        const { uid, guid, size, systemFlags, userFlags, unnamedFlags, modseq, expunged } = decodeRecord(
          block,
          i,
          offsets,
          names,
          indexHeader.highestmodseq,
        );
        for (const flag of unnamedFlags)
          this.complaints.push(`${mbentry.mboxname} ${uid}: flag ${flag} without a name`);
        const bits = seen === undefined ? systemFlags : (systemFlags & ~FLAG_SEEN) | (seen.has(uid) ? FLAG_SEEN : 0);
        const flags = [
          ...SYSTEM_FLAG_NAMES.flatMap(([bit, name]) => ((bits & bit) === 0 ? [] : [name])),
          ...userFlags.map((name) => spelling.get(name) ?? name),
        ].sort();
        const [, guidKnown, , flagsKnown, modseqKnown, expungedKnown] = known.get(uid) ?? [];
        records.push([
          uid,
          guidKnown === null ? null : guid,
          size,
          flagsKnown === null ? null : flags,
          modseqKnown === null ? null : modseq,
          expungedKnown === null ? null : expunged,
        ]);
      }
    }
    return records;
  }

  /** \Seen in the records is the owner's, or everybody's when it is shared; before version 12 it is nobody's. */
  private isSeenInIndex(userid: string, mboxname: string, { minorVersion, options }: IndexHeader): boolean {
    return minorVersion >= 12 && ((options & OPT_IMAP_SHAREDSEEN) !== 0 || userid === this.ownerOf(mboxname));
  }

  private userDatabase(userid: string, suffix: 'sub' | 'seen'): ReturnType<typeof openUserDatabase> | undefined {
    const inbox = this.list.byName(inboxName(userid, this.side.layout.defaultdomain));
    const path = locateUserMeta(this.side.layout, userid, suffix, inbox);
    return path === undefined ? undefined : openUserDatabase(path);
  }

  private subscriptions(userid: string): string[] {
    const opened = this.userDatabase(userid, 'sub');
    const names: string[] = [];
    const { defaultdomain } = this.side.layout;
    const rows = new SubscriptionRows(userid, opened?.path ?? '', { defaultdomain });
    for (const { key, value } of opened?.rows ?? []) {
      const row = rows.parse(key, value);
      this.complain(row.faults);
      if (row.value?.kind !== 'mailbox') continue;
      // LSUB leaves out what is not there any more.
      const entry = this.list.byName(row.value.mboxname);
      if (entry !== undefined && isLive(entry)) names.push(entry.mboxname);
    }
    return names.sort();
  }

  /** What a user sees as seen among the messages that are there. */
  private seen(userid: string, mboxname: string): number[] {
    const entry = this.list.byName(mboxname);
    if (entry === undefined) return [];
    const mailbox = readMailbox(this.side, entry, this.ownerOf(mboxname));
    try {
      const { index, version, indexHeader } = mailbox;
      if (index === undefined || version === undefined || indexHeader === undefined) return [];
      const inIndex = this.isSeenInIndex(userid, mboxname, indexHeader);
      const row = inIndex ? undefined : new Set(this.seenRow(userid, entry));
      const seen: number[] = [];
      for (const block of index.blocks()) {
        for (let i = 0; i < block.count; i++) {
          const { uid, expunged, systemFlags } = decodeRecord(block, i, recordOffsets(version), []);
          if (!expunged && (row === undefined ? (systemFlags & FLAG_SEEN) !== 0 : row.has(uid))) seen.push(uid);
        }
      }
      return seen;
    } finally {
      mailbox.close();
    }
  }

  private seenRow(userid: string, { uniqueid }: Mbentry): number[] {
    const opened = this.userDatabase(userid, 'seen');
    for (const { key, value } of opened?.rows ?? []) {
      if (key.toString('latin1') !== uniqueid) continue;
      const row = parseSeenRow(value, opened!.path);
      this.complain(row.faults);
      return (row.value?.seen ?? []).flatMap(({ from, to }) =>
        Array.from({ length: to - from + 1 }, (_, i) => from + i),
      );
    }
    return [];
  }

  private quota(roots: readonly string[]): Record<string, TruthQuota> {
    const reader = new QuotaReader(this.side);
    const quota: Record<string, TruthQuota> = {};
    for (const root of roots) {
      const { record, faults, unread } = reader.read(root);
      this.complain(faults);
      if (unread !== undefined) this.complaints.push(unread);
      const resources: Record<string, readonly [number, number]> = {};
      for (const [name, letter, unit] of QUOTA_NAMES) {
        const usage = record?.resources[letter];
        if (usage?.limit !== undefined) resources[name] = [Math.floor(usage.used / unit), usage.limit];
      }
      quota[root] = resources;
    }
    reader.close();
    return quota;
  }
}

const mapValues = <T, U>(of: Readonly<Record<string, T>>, change: (value: T, key: string) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value, key)]));

const quotarootOf = (header: MailboxHeader | undefined): { quotaroot?: string } =>
  header?.quotaroot === undefined ? {} : { quotaroot: header.quotaroot };
