import { join } from 'node:path';
import { sha1 } from '../bytes/sha1.js';
import { decodeRecords } from '../compare/decode-records.js';
import { joinRecords } from '../compare/join-records.js';
import { compareSieve, type SieveScript, type SieveState } from '../compare/sieve-scripts.js';
import { USER_METADATA_FINDINGS } from '../findings/catalogue.js';
import type { UserMetadataSubject } from '../findings/user-metadata/user-metadata-subject.js';
import type { SieveDirectory } from '../formats/sieve/script-directory.js';
import { parseScriptMessage } from '../formats/sieve/script-message.js';
import { SIDES, type PairRole, type ReportedFinding, type SideRole } from '../model/effects.js';
import { FLAG_FLAGGED, type IndexRecord } from '../model/index-file.js';
import type { Mbentry } from '../model/mailbox.js';
import { applyPrediction, untouched } from '../replication/apply-prediction.js';
import { isActiveScript, predictActiveScript, type SieveMailboxSide } from '../replication/predict-active-script.js';
import { predictMailbox } from '../replication/predict-mailbox.js';
import { isAbsent, readSmallFile } from '../sources/read-only-file.js';
import { locateSieve } from '../sources/spool/locate-mailbox.js';
import type { Side } from '../sources/spool/open-side.js';
import { changedAt, listSieveDirectory, MAX_SCRIPT_BYTES, readSieveSource } from '../sources/spool/sieve-directory.js';
import { isLoggedByAll, type AuditContext } from './context.js';
import { readMailbox, type ReadMailbox } from './read-mailbox.js';

/** A user's entries on both sides that have to do with his scripts. */
export interface SieveEntries {
  /** The live INBOX. */
  readonly inbox: { readonly master?: Mbentry | undefined; readonly replica?: Mbentry | undefined };
  /** The live mailbox that holds the scripts since 3.6. */
  readonly mailbox: { readonly master?: Mbentry | undefined; readonly replica?: Mbentry | undefined };
  /** Both mailboxes are one and no record of theirs differs. */
  readonly isSame: boolean;
}

export interface SieveAudit {
  readonly findings: ReportedFinding[];
  readonly unread: { side: SideRole; reason: string }[];
}

/** Records of a mailbox of scripts that are decoded; a user has some dozens, with those that he replaced. */
const MAX_RECORDS = 10_000;

/**
 * Compares the sieve scripts of a user whose INBOX is live on the master, and which of them is run. Between two servers
 * of 3.6 or later the records of #sieve are compared as those of any mailbox; here follows what hangs on them and is
 * not replicated: the link to the active script. And the scripts in directories, as releases up to 3.4 keep them and as an
 * upgrade leaves them.
 */
export function auditSieve(ctx: AuditContext, userid: string, entries: SieveEntries): SieveAudit {
  const master = ctx.sides.get('master');
  const replica = ctx.sides.get('replica');
  if (master === undefined || replica === undefined) return { findings: [], unread: [] };
  return new SieveUserAudit(ctx, { master: master.side, replica: replica.side }, userid, entries).run();
}

/** One side's directory of the user. */
interface Listed {
  readonly path: string;
  readonly directory: SieveDirectory;
}

const NOTHING: SieveDirectory = { scripts: [], leftovers: [], others: [] };

class SieveUserAudit {
  private readonly findings: ReportedFinding[] = [];
  private readonly unread: { side: SideRole; reason: string }[] = [];

  constructor(
    private readonly ctx: AuditContext,
    private readonly sides: Readonly<Record<PairRole, Side>>,
    private readonly userid: string,
    private readonly entries: SieveEntries,
  ) {}

  run(): SieveAudit {
    const { inbox, mailbox, isSame } = this.entries;
    // What the replica has belongs to a user of that name who was deleted: it goes with him, or he stops replication.
    if (inbox.replica !== undefined && inbox.master?.uniqueid !== inbox.replica.uniqueid) return this.result();
    const master = this.list('master');
    const replica = this.list('replica');
    if (master !== undefined && replica !== undefined) {
      if (!this.ctx.engine.carriesSieveMailbox) this.compareScripts(master, replica, () => true);
      else if (mailbox.master === undefined) this.auditBeforeMailbox(master, replica);
      else {
        this.auditLeftovers(master, replica);
        if (mailbox.replica?.uniqueid !== mailbox.master.uniqueid) return this.result();
        const links = master.directory.active === replica.directory.active;
        const leads = hasActiveBytecode(master.directory) && hasActiveBytecode(replica.directory);
        // Without a change nothing has to be read when both links are there, or neither.
        if (!(isSame && links && (leads || master.directory.active === undefined))) this.auditActive(master, replica);
      }
    }
    return this.result();
  }

  private result(): SieveAudit {
    return { findings: this.findings, unread: this.unread };
  }

  private judge(subject: UserMetadataSubject): void {
    for (const kind of USER_METADATA_FINDINGS) for (const finding of kind.find(subject)) this.findings.push(finding);
  }

  /** undefined = cannot be told. */
  private list(role: PairRole): Listed | undefined {
    const side = this.sides[role];
    const inbox = this.entries.inbox[role];
    if (inbox === undefined || isRootAbsent(side)) return { path: side.layout.sieveDir, directory: NOTHING };
    const path = locateSieve(side.layout, this.userid, inbox);
    if (path === undefined) {
      const reason = `sieve scripts of ${this.userid}: the user's name or uniqueid cannot be a file name`;
      this.unread.push({ side: role, reason });
      return undefined;
    }
    const { directory, unread } = listSieveDirectory(path);
    if (unread !== undefined) this.unread.push({ side: role, reason: unread });
    return directory === undefined ? undefined : { path, directory };
  }

  /** Neither server has made a mailbox of the scripts: the master does so when the user is synced. */
  private auditBeforeMailbox(master: Listed, replica: Listed): void {
    // One that only the replica has keeps the user from being synced then; the mailbox has a finding.
    if (this.entries.mailbox.replica === undefined) this.compareScripts(master, replica, () => true);
  }

  /**
   * Sources that an upgrade left in the replica's directory are removed there when the user is looked up. Nothing is
   * lost with those that the master has. Source: sync_get_user, imap/sync_support.c 3.6.1. Run: 3.6.1.
   */
  private auditLeftovers(master: Listed, replica: Listed): void {
    if (!replica.directory.scripts.some(({ hasSource }) => hasSource)) return;
    if (this.entries.mailbox.replica === undefined) {
      this.compareScripts(master, replica, (change) => change !== 'only-on-master');
      return;
    }
    const kept = new Set<string>();
    for (const role of SIDES)
      for (const script of this.readMessages(role)?.scripts.values() ?? []) kept.add(script.sha1);
    for (const [name, script] of this.readSources('replica', replica)) {
      if (!kept.has(script.sha1)) this.judge({ kind: 'sieve-script', name, change: 'only-on-replica', isLag: false });
    }
  }

  private compareScripts(master: Listed, replica: Listed, counts: (change: string) => boolean): void {
    const states = { master: this.readState('master', master), replica: this.readState('replica', replica) };
    if (states.master === undefined || states.replica === undefined) return;
    const { logs, engine } = this.ctx;
    const logged = isLoggedByAll(logs, (log) => log.meta.has(this.userid) || log.users.has(this.userid));
    const by = engine.traits.sieve === 'files-by-time' ? 'time' : 'content';
    for (const difference of compareSieve(states.master, states.replica, { by, logged })) {
      if (difference.kind === 'sieve-active' || counts(difference.change)) this.judge(difference);
    }
  }

  /** Scripts wherever the side keeps them; undefined = cannot be told. */
  private readState(role: PairRole, listed: Listed): SieveState | undefined {
    if (this.entries.mailbox[role] !== undefined) return this.readMessages(role);
    const unread = this.unread.length;
    const scripts = this.readSources(role, listed);
    if (this.unread.length > unread) return undefined;
    const { active } = listed.directory;
    const changed = scripts.size === 0 && isAbsent(listed.path) ? undefined : changedAt(listed.path);
    return {
      scripts,
      ...(active === undefined || !hasActiveBytecode(listed.directory) ? {} : { active }),
      ...(changed === undefined ? {} : { changed }),
    };
  }

  private readSources(role: PairRole, { path, directory }: Listed): ReadonlyMap<string, SieveScript> {
    const scripts = new Map<string, SieveScript>();
    for (const { name, hasSource } of directory.scripts) {
      if (!hasSource) continue;
      const source = readSieveSource(path, name);
      if (source.unread === undefined) scripts.set(name, source);
      else this.unread.push({ side: role, reason: source.unread });
    }
    return scripts;
  }

  /** The scripts of a side's #sieve mailbox; undefined = some cannot be read. */
  private readMessages(role: PairRole): SieveState | undefined {
    const entry = this.entries.mailbox[role];
    if (entry === undefined) return { scripts: new Map() };
    const mailbox = readMailbox(this.sides[role], entry, this.userid);
    try {
      const records = this.recordsOf(role, mailbox);
      if (records === undefined || mailbox.dirs === undefined) return undefined;
      const scripts = new Map<string, SieveScript>();
      let active: string | undefined;
      let isWhole = true;
      let changed = 0;
      for (const { uid, expunged, unlinked, archived, systemFlags, internaldate, lastUpdated } of records) {
        changed = Math.max(changed, lastUpdated);
        if (expunged || unlinked) continue;
        const { data, archive } = mailbox.dirs;
        const path = join(archived && archive !== undefined ? archive : data, `${String(uid)}.`);
        const { bytes, failure } = readSmallFile(path, MAX_SCRIPT_BYTES);
        const script = bytes === undefined ? undefined : parseScriptMessage(bytes);
        if (script === undefined) {
          this.unread.push({ side: role, reason: failure?.reason ?? `${path}: not a sieve script` });
          isWhole = false;
          continue;
        }
        scripts.set(script.name, { sha1: sha1([script.content]), changed: internaldate });
        if ((systemFlags & FLAG_FLAGGED) !== 0) active = script.name;
      }
      return isWhole ? { scripts, changed, ...(active === undefined ? {} : { active }) } : undefined;
    } finally {
      mailbox.close();
    }
  }

  /** undefined = they cannot be told, which the audit of the mailbox itself says; or they are too many. */
  private recordsOf(role: PairRole, { stream, totals }: ReadMailbox): IndexRecord[] | undefined {
    if (stream === undefined) return undefined;
    if ((totals?.records ?? 0) > MAX_RECORDS) {
      const reason = `sieve scripts of ${this.userid}: more than ${String(MAX_RECORDS)} records`;
      this.unread.push({ side: role, reason });
      return undefined;
    }
    return decodeRecords(stream);
  }

  /** What is run at delivery on each side once replication is through. */
  private auditActive(master: Listed, replica: Listed): void {
    const records = this.predictRecords();
    if (records === undefined) return;
    const lists = { master, replica };
    for (const role of SIDES) {
      // A copy of a side that was made without the directory of scripts says nothing of links.
      if (!records[role].before.some(isActiveScript) || !isRootAbsent(this.sides[role])) continue;
      const { sieveDir } = this.sides[role].layout;
      this.unread.push({ side: role, reason: `${sieveDir}: not there, although ${this.userid} has an active script` });
      return;
    }
    const sideOf = (role: PairRole): SieveMailboxSide => {
      const { active } = lists[role].directory;
      const hasBytecode = hasActiveBytecode(lists[role].directory);
      return { ...records[role], hasBytecode, ...(active === undefined ? {} : { link: active }) };
    };
    const { lostOn, differs } = predictActiveScript(sideOf('master'), sideOf('replica'));
    const links = {
      ...(master.directory.active === undefined ? {} : { master: master.directory.active }),
      ...(replica.directory.active === undefined ? {} : { replica: replica.directory.active }),
    };
    for (const side of lostOn) this.judge({ kind: 'sieve-link', lostOn: side, ...links });
    if (differs) this.judge({ kind: 'sieve-link', ...links });
  }

  /** The records of #sieve on both sides, and as replication leaves them; undefined = they cannot be told. */
  private predictRecords(): Readonly<Record<PairRole, Pick<SieveMailboxSide, 'before' | 'after'>>> | undefined {
    const { master: entry, replica: twin } = this.entries.mailbox;
    if (entry === undefined || twin === undefined) return undefined;
    const m = readMailbox(this.sides.master, entry, this.userid);
    let r: ReadMailbox | undefined;
    try {
      r = readMailbox(this.sides.replica, twin, this.userid, m);
      const { stream: ms, head: mh } = m;
      const { stream: rs, head: rh } = r;
      const master = this.recordsOf('master', m);
      const replica = this.recordsOf('replica', r);
      if (ms === undefined || rs === undefined || mh === undefined || rh === undefined) return undefined;
      if (master === undefined || replica === undefined) return undefined;
      const pairs = () => joinRecords(ms, rs, { lowerBound: 0, equal: 0, differing: 0 });
      const after = applyPrediction(predictMailbox(mh, rh, pairs, this.ctx.engine.traits), { master, replica });
      return {
        master: { before: master.map(untouched), after: after.master },
        replica: { before: replica.map(untouched), after: after.replica },
      };
    } finally {
      m.close();
      r?.close();
    }
  }
}

/** The directory of all scripts is asked for once per side: sites without sieve have none. */
const absentRoots = new WeakMap<Side, boolean>();

function isRootAbsent(side: Side): boolean {
  let absent = absentRoots.get(side);
  if (absent === undefined) absentRoots.set(side, (absent = isAbsent(side.layout.sieveDir)));
  return absent;
}

function hasActiveBytecode({ active, scripts }: SieveDirectory): boolean {
  return scripts.some(({ name, hasBytecode }) => hasBytecode && name === active);
}
