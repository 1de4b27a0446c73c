/** What replication did to users, from the states before and after, and where the audit had said otherwise. */
import type { ReducedMailbox, ReducedRecord } from '../../../fixtures/make/case-file.js';
import type { Role } from '../../../fixtures/make/instance.js';
import type { Report } from '../../../src/generated/report.js';
import type { Observation, SideState } from './observation.js';

export interface Harm {
  readonly kind:
    | 'message-lost'
    | 'flags-lost'
    | 'renumbered'
    | 'duplicated'
    | 'resurrected'
    | 'uidvalidity'
    | 'rename-undone'
    | 'metadata-lost'
    | 'script-lost'
    | 'active-script-lost'
    | 'not-converged';
  readonly detail: string;
  /** Of a mailbox, or else of a user. */
  readonly uniqueid?: string;
  readonly names: readonly string[];
  readonly userid?: string;
}

export interface CommonState {
  /** `uniqueid uid guid` -> flags. */
  readonly records: ReadonlyMap<string, readonly string[]>;
  /** uniqueid -> name of the visible mailbox, its partition and ACL. */
  readonly mailboxes: ReadonlyMap<string, { readonly name: string; readonly listed: string }>;
  readonly state: Observation;
}

interface Visible {
  readonly name: string;
  readonly mailbox: ReducedMailbox;
  readonly listed: string;
}

const isDeleted = (name: string): boolean => /(^|!)DELETED\./.test(name);
const isLive = (record: ReducedRecord): boolean => record[2] === 0;

/** By uniqueid. */
const visible = ({ reduced, listed }: SideState): Map<string, Visible> =>
  new Map(
    Object.entries(reduced.mailboxes)
      .filter(([name]) => !isDeleted(name))
      .map(([name, mailbox]) => [mailbox.uniqueid, { name, mailbox, listed: listed[name] ?? '' }]),
  );

const live = (one: Visible | undefined): readonly ReducedRecord[] => one?.mailbox.records.filter(isLive) ?? [];

const userFlags = (record: ReducedRecord): readonly string[] =>
  record[3].filter((flag) => !/^(SYS:|USER:)/.test(flag)).map((flag) => flag.toLowerCase());

const keyOf = (uniqueid: string, [uid, guid]: ReducedRecord): string => `${uniqueid} ${uid} ${guid}`;

const textOf = (record: ReducedRecord): string =>
  `uid ${record[0]} guid ${record[1].slice(0, 8)} (${record[3].join(' ')})`;

/** What both sides agree on. `older`: known from before about what they do not agree on. */
export function commonState(state: Observation, older?: CommonState): CommonState {
  const records = new Map<string, readonly string[]>();
  const mailboxes = new Map<string, { name: string; listed: string }>();
  const onReplica = visible(state.replica);
  const onMaster = visible(state.master);
  for (const uniqueid of new Set([...onMaster.keys(), ...onReplica.keys()])) {
    const m = onMaster.get(uniqueid);
    const r = onReplica.get(uniqueid);
    const known = older?.mailboxes.get(uniqueid);
    if (m !== undefined && m.name === r?.name && m.listed === r.listed) {
      mailboxes.set(uniqueid, { name: m.name, listed: m.listed });
    } else if (known !== undefined) mailboxes.set(uniqueid, known);
    const byKey = new Map(live(r).map((record) => [keyOf(uniqueid, record), record]));
    for (const record of live(m)) {
      const key = keyOf(uniqueid, record);
      const other = byKey.get(key);
      if (other !== undefined && userFlags(other).join() === userFlags(record).join())
        records.set(key, userFlags(record));
    }
    for (const record of [...live(m), ...live(r)]) {
      const key = keyOf(uniqueid, record);
      const flags = older?.records.get(key);
      if (!records.has(key) && flags !== undefined) records.set(key, flags);
    }
  }
  return { records, mailboxes, state };
}

/** Everything that `replicated` lacks of what `before` had, and every renumbering. */
export function harms(common: CommonState, before: Observation, after: Observation): Harm[] {
  const found: Harm[] = [];
  const had = { master: visible(before.master), replica: visible(before.replica) };
  const has = { master: visible(after.master), replica: visible(after.replica) };
  for (const uniqueid of new Set([...had.master.keys(), ...had.replica.keys()])) {
    const names = [...new Set([had.master.get(uniqueid)?.name, had.replica.get(uniqueid)?.name])].filter(
      (name) => name !== undefined,
    );
    const add = (kind: Harm['kind'], detail: string): void => {
      found.push({ kind, detail, uniqueid, names });
    };
    for (const role of ['master', 'replica'] as const) {
      messageHarms(role, uniqueid, common, had, has, add);
    }
    const [m0, r0] = [had.master.get(uniqueid), had.replica.get(uniqueid)];
    const [m1, r1] = [has.master.get(uniqueid), has.replica.get(uniqueid)];
    resurrections(uniqueid, common, { m0, r0, m1 }, add);
    if (m0 !== undefined && m1 !== undefined && m0.mailbox.uidvalidity !== m1.mailbox.uidvalidity) {
      add('uidvalidity', `${m0.mailbox.uidvalidity} -> ${m1.mailbox.uidvalidity}`);
    }
    const known = common.mailboxes.get(uniqueid);
    if (r0 !== undefined && r1 !== undefined && known !== undefined) {
      if (r0.name !== known.name && r1.name !== r0.name) add('rename-undone', `${r0.name} -> ${r1.name}`);
      if (r0.listed !== known.listed && r1.listed !== r0.listed && r0.listed !== m0?.listed) {
        add('metadata-lost', `replica: ${r0.listed} -> ${r1.listed}`);
      }
    }
    found.push(...divergence(uniqueid, names, m1, r1));
  }
  for (const [uniqueid, m1] of has.master) {
    if (!had.master.has(uniqueid) && !had.replica.has(uniqueid)) {
      found.push(...divergence(uniqueid, [m1.name], m1, has.replica.get(uniqueid)));
    }
  }
  for (const role of ['master', 'replica'] as const) {
    for (const fault of after[role].fileFaults) {
      const [name] = fault.split(' ');
      found.push({ kind: 'not-converged', detail: `${role} ${fault}: file`, names: [name!] });
    }
  }
  found.push(...metadataHarms(common.state, before, after), ...sieveHarms(common.state, before, after));
  return found;
}

type Add = (kind: Harm['kind'], detail: string) => void;
type Both = Readonly<Record<Role, ReadonlyMap<string, Visible>>>;

function messageHarms(role: Role, uniqueid: string, common: CommonState, had: Both, has: Both, add: Add): void {
  const other = role === 'master' ? 'replica' : 'master';
  const before = live(had[role].get(uniqueid));
  const others = live(had[other].get(uniqueid));
  const after = live(has[role].get(uniqueid));
  const taken = new Set<number>();
  for (const record of before) {
    const [uid, guid] = record;
    const known = common.records.get(keyOf(uniqueid, record));
    const there = others.find((one) => one[0] === uid && one[1] === guid);
    let now = after.find((one) => one[0] === uid && one[1] === guid);
    if (now === undefined) {
      now = after.find(
        (one) => one[1] === guid && !taken.has(one[0]) && !before.some((old) => old[0] === one[0] && old[1] === guid),
      );
      if (now !== undefined) {
        taken.add(now[0]);
        // Its user moved it within the mailbox, on the master.
        const [uidNow] = now;
        const isMoved =
          role === 'replica' &&
          known !== undefined &&
          there === undefined &&
          others.some((one) => one[0] === uidNow && one[1] === guid);
        if (!isMoved) add('renumbered', `${role} ${textOf(record)} -> ${now[0]}`);
      }
    }
    if (now === undefined) {
      // The master's user took it away, and the replica's had not touched it.
      const isLag =
        role === 'replica' &&
        known !== undefined &&
        there === undefined &&
        userFlags(record).every((flag) => known.includes(flag));
      if (!isLag) add('message-lost', `${role} ${textOf(record)}`);
      continue;
    }
    const left = userFlags(now);
    const lost = userFlags(record).filter(
      (flag) =>
        !left.includes(flag) &&
        !(known?.includes(flag) === true && there !== undefined && !userFlags(there).includes(flag)),
    );
    if (lost.length > 0) add('flags-lost', `${role} ${textOf(record)} -> (${left.join(' ')})`);
  }
}

function resurrections(
  uniqueid: string,
  common: CommonState,
  { m0, r0, m1 }: Readonly<Record<'m0' | 'r0' | 'm1', Visible | undefined>>,
  add: Add,
): void {
  if (m1 === undefined) return;
  const before = [...live(m0), ...live(r0)];
  for (const [, guid] of live(m1)) {
    const known = live(r0).find((one) => one[1] === guid && common.records.has(keyOf(uniqueid, one)));
    if (known !== undefined && !live(m0).some((one) => one[1] === guid)) add('resurrected', `guid ${guid.slice(0, 8)}`);
  }
  for (const guid of new Set(live(m1).map((one) => one[1]))) {
    const places = new Set(before.filter((one) => one[1] === guid).map(([uid]) => uid)).size;
    if (live(m1).filter((one) => one[1] === guid).length > Math.max(places, 1)) add('duplicated', guid.slice(0, 8));
  }
  const masterOnly = live(m0).filter((m) => !live(r0).some((r) => r[1] === m[1] && r[0] === m[0]));
  for (const [uid, guid] of masterOnly) {
    const twin = live(r0).find((r) => r[1] === guid && !live(m0).some((m) => m[0] === r[0] && m[1] === guid));
    const copies = live(m1).filter((one) => one[1] === guid).length;
    if (twin !== undefined && copies > live(m0).filter((m) => m[1] === guid).length) {
      add('duplicated', `${guid.slice(0, 8)} master uid ${uid}, replica uid ${twin[0]}`);
    }
  }
}

function divergence(uniqueid: string, names: readonly string[], m?: Visible, r?: Visible): Harm[] {
  const text = (one: Visible | undefined): string =>
    one === undefined
      ? 'absent'
      : JSON.stringify({
          ...one,
          mailbox: { ...one.mailbox, records: live(one).map((record) => [record[0], record[1], userFlags(record)]) },
        });
  if (text(m) === text(r) && m?.mailbox.error === undefined) return [];
  const why =
    m === undefined || r === undefined
      ? `only on ${m === undefined ? 'replica' : 'master'}`
      : (m.mailbox.error ?? r.mailbox.error ?? firstDifference(m, r));
  return [{ kind: 'not-converged', detail: why, uniqueid, names }];
}

function firstDifference(m: Visible, r: Visible): string {
  for (const key of ['last_uid', 'uidvalidity', 'highestmodseq'] as const) {
    if (m.mailbox[key] !== r.mailbox[key]) return `${key}: ${m.mailbox[key]}, ${r.mailbox[key]}`;
  }
  if (m.name !== r.name || m.listed !== r.listed) return `${m.name} ${m.listed}, ${r.name} ${r.listed}`;
  return 'records differ';
}

/** By which name the master has the mailbox now. */
function nowCalled(name: string, before: SideState, master: SideState): string {
  const [uniqueid] = [...visible(before)].find(([, mailbox]) => mailbox.name === name) ?? [''];
  return visible(master).get(uniqueid)?.name ?? name;
}

const ownerOf = (mboxname: string): string => mboxname.split('.')[1] ?? mboxname;

function metadataHarms(common: Observation, before: Observation, after: Observation): Harm[] {
  const found: Harm[] = [];
  const nameOf = (side: SideState): Map<string, string> =>
    new Map([...visible(side)].map(([id, { name }]) => [id, name]));
  const kept = nameOf(after.master);
  const keptOnReplica = nameOf(after.replica);
  for (const role of ['master', 'replica'] as const) {
    for (const [key, value] of before[role].annotations) {
      const uniqueid = key.split(' ')[0]!;
      if (common[role].annotations.get(key) === value || after[role].annotations.get(key) === value) continue;
      const name = nameOf(before[role]).get(uniqueid);
      if (name === undefined || !kept.has(uniqueid)) continue;
      found.push({ kind: 'metadata-lost', detail: `${role} annotation ${key} = ${value}`, uniqueid, names: [name] });
    }
    for (const [userid, { subscriptions, seen }] of before[role].users) {
      const add = (detail: string): void => {
        found.push({ kind: 'metadata-lost', detail: `${role} ${userid}: ${detail}`, names: [], userid });
      };
      const now = after[role].users.get(userid);
      if (now === undefined) continue;
      const known = common[role].users.get(userid);
      for (const name of subscriptions) {
        if (!now.subscriptions.has(name) && known?.subscriptions.has(name) !== true) add(`subscription ${name}`);
      }
      for (const [uniqueid, uids] of seen) {
        const left = now.seen.get(uniqueid);
        // What was expunged on either side meanwhile nobody can see any more.
        const there = new Set(live(visible(after[role]).get(uniqueid)).map(([uid]) => uid));
        const gone = [...uids].filter(
          (uid) => there.has(uid) && left?.has(uid) !== true && known?.seen.get(uniqueid)?.has(uid) !== true,
        );
        if (gone.length > 0 && kept.has(uniqueid)) add(`seen ${uniqueid} ${gone.join()}`);
      }
    }
    for (const [root, limit] of before[role].quotas) {
      if (after[role].quotas.get(root) === limit || common[role].quotas.get(root) === limit) continue;
      found.push({
        kind: 'metadata-lost',
        detail: `${role} quota ${root} ${limit} -> ${after[role].quotas.get(root) ?? 'none'}`,
        names: [],
        userid: ownerOf(nowCalled(root, before[role], after.master)),
      });
    }
  }
  for (const key of new Set([...after.master.annotations.keys(), ...after.replica.annotations.keys()])) {
    const uniqueid = key.split(' ')[0]!;
    if (!kept.has(uniqueid) || !keptOnReplica.has(uniqueid)) continue;
    const [m, r] = [after.master.annotations.get(key), after.replica.annotations.get(key)];
    const names = [kept.get(uniqueid)!];
    if (m !== r)
      found.push({ kind: 'not-converged', detail: `annotation ${key}: ${m ?? ''}, ${r ?? ''}`, uniqueid, names });
  }
  for (const [userid, m] of after.master.users) {
    const r = after.replica.users.get(userid);
    const inbox = `user.${userid}`;
    if (after.replica.reduced.mailboxes[inbox] === undefined) continue;
    const diverged = (detail: string): void => {
      found.push({ kind: 'not-converged', detail, names: [], userid });
    };
    const subscriptions = [...(r?.subscriptions ?? [])].sort().join();
    if ([...m.subscriptions].sort().join() !== subscriptions) diverged(`subscriptions: ${subscriptions}`);
    if (after.master.quotas.get(inbox) !== after.replica.quotas.get(inbox)) diverged('quota limits');
  }
  return found;
}

/** Scripts by their content, and which is run at delivery. */
function sieveHarms(common: Observation, before: Observation, after: Observation): Harm[] {
  const found: Harm[] = [];
  for (const [userid, m] of after.master.sieve) {
    const r = after.replica.sieve.get(userid);
    if (r === undefined) continue;
    const add = (kind: Harm['kind'], detail: string): void => {
      found.push({ kind, detail, names: [], userid });
    };
    for (const role of ['master', 'replica'] as const) {
      const had = before[role].sieve.get(userid);
      if (had === undefined) continue;
      const other = before[role === 'master' ? 'replica' : 'master'].sieve.get(userid);
      const known = common[role].sieve.get(userid);
      const left = [...after[role].sieve.get(userid)!.scripts.values()];
      for (const [name, sha1] of had.scripts) {
        // Taken away or replaced on the other side, and known there before.
        const isLag = known?.scripts.get(name) === sha1 && other?.scripts.get(name) !== sha1;
        if (!left.includes(sha1) && !isLag) add('script-lost', `${role} ${userid} ${name}`);
      }
      const now = after[role].sieve.get(userid)!;
      // One of both sides' choices is that of the user.
      if (had.run !== undefined && now.run === undefined && (other === undefined || other.run !== undefined))
        add('active-script-lost', `${role} ${userid}: ${had.run}`);
    }
    const text = ({ scripts, run }: typeof m): string => JSON.stringify([[...scripts].sort(), run ?? '']);
    if (text(m) !== text(r)) add('not-converged', `sieve of ${userid}: ${text(m)}, ${text(r)}`);
  }
  return found;
}

const rank = { clean: 0, safe: 1, admin: 2, halt: 3 } as const;
export type FindingClass = keyof typeof rank;

export const worst = (classes: readonly FindingClass[]): FindingClass =>
  classes.reduce((a, b) => (rank[b] > rank[a] ? b : a), 'clean');

/** Codes of the findings of a class above `safe` that are about a mailbox: its own, its user's and the pair's. */
export function verdictOn(report: Report, uniqueid: string | undefined, names: readonly string[]): Verdict {
  const own = report.mailboxes.filter((one) => one.uniqueid === uniqueid || names.includes(one.mboxname));
  const owners = names.map((name) => /^(?:DELETED\.)?user\.([^.]+)/.exec(name)?.[1]);
  // A user's subscriptions and the like say nothing of his mailboxes.
  const user = report.users
    .filter(({ userid }) => owners.includes(userid))
    .flatMap(({ findings }) => findings.filter(({ code }) => code.startsWith('user-')));
  const pair = report.findings.filter(
    (finding) =>
      finding.class === 'halt' ||
      [...names, uniqueid].some((name) => name !== undefined && JSON.stringify(finding.facts).includes(name)),
  );
  const findings = [...own.flatMap((one) => one.findings), ...user, ...pair];
  return {
    class: worst(findings.map((finding) => finding.class)),
    codes: [...new Set(findings.filter((one) => rank[one.class] > rank.safe).map(({ code }) => code))].sort(),
  };
}

export function verdictOnUser(report: Report, userid: string): Verdict {
  const findings = [
    ...report.users.filter((one) => one.userid === userid).flatMap((one) => one.findings),
    // Whatever stops one of a user's mailboxes stops his metadata, which comes last.
    ...report.mailboxes.filter((one) => one.userid === userid).flatMap((one) => one.findings),
    ...report.findings.filter((one) => one.class === 'halt'),
  ];
  return {
    class: worst(findings.map((finding) => finding.class)),
    codes: [...new Set(findings.filter((one) => rank[one.class] > rank.safe).map(({ code }) => code))].sort(),
  };
}

export interface Verdict {
  readonly class: FindingClass;
  readonly codes: readonly string[];
}
