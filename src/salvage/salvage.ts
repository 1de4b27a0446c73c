import { setImmediate, setTimeout } from 'node:timers/promises';
import { statSync } from 'node:fs';
import { checkList, damageIn } from '../audit/check-list.js';
import { walkUnits } from '../audit/walk-units.js';
import type { ManifestCounts, ManifestMessage, ManifestRenamed, ManifestUnaudited } from '../generated/manifest.js';
import { AuditError } from '../model/audit-error.js';
import { stampOf } from '../sources/changed-since.js';
import { whyNotDecoded } from '../sources/spool/open-database.js';
import { openMailboxList } from '../sources/spool/open-mailbox-list.js';
import { isEmptySide, openSide, type SideSpec } from '../sources/spool/open-side.js';
import { partOf, type SalvageSide, type SalvageSides } from './account.js';
import { UnitSalvage, type SalvageTotals } from './salvage-unit.js';
import { makeSelection, type SelectionOptions } from './selection.js';

export interface SalvageOptions extends SelectionOptions {
  readonly old: SideSpec;
  readonly newer: SideSpec;
  /** Ends the work early; a reason that is a string is told. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (accounts: number, records: number) => void;
}

/** What the manifest says behind its messages. */
export interface SalvageResult {
  readonly renamed: readonly ManifestRenamed[];
  readonly unaudited: readonly ManifestUnaudited[];
  readonly counts: ManifestCounts;
}

/**
 * Finds the messages of OLD that NEW lacks, account by account, and hands them over one by one: nothing grows with
 * their number.
 * @throws AuditError when a side cannot be looked at at all
 */
export async function salvage(
  options: SalvageOptions,
  onMessage: (message: ManifestMessage) => void,
): Promise<SalvageResult> {
  const selection = makeSelection(options);
  const unaudited: ManifestUnaudited[] = [...selection.unread];
  const renamed: ManifestRenamed[] = [];
  const totals: SalvageTotals = { mailboxes: 0, records: 0, files: 0, missing: 0, notHashed: 0, bytesRead: 0 };
  const verdicts = new Map<string, number>();
  let accounts = 0;
  let recover = 0;
  let recoverBytes = 0;
  const old = openSalvageSide(options.old, 'old', unaudited);
  const newer = openSalvageSide(options.newer, 'new', unaudited);
  const open = [old, newer].flatMap((one) => one ?? []);
  try {
    if (old !== undefined && newer !== undefined) {
      refuseSameSide(old, newer);
      const sides = new OpenSides(old, newer, open);
      const pause = (ms: number): Promise<boolean> => setTimeout(ms, true);
      for await (const { unit } of walkUnits([{ side: old.side, list: old.list }], pause)) {
        if (options.signal?.aborted === true) {
          const { reason } = options.signal as { readonly reason: unknown };
          unaudited.push({
            ...partOf(unit),
            side: 'old',
            reason: `stopped before it, and all behind it: ${String(reason)}`,
          });
          break;
        }
        if (!selection.takesUnit(unit)) continue;
        accounts++;
        new UnitSalvage(sides, unit, selection, totals, {
          message: (message) => {
            verdicts.set(message.verdict, (verdicts.get(message.verdict) ?? 0) + 1);
            if (message.recover) {
              recover++;
              recoverBytes += message.verdict === 'flags-changed' ? 0 : message.size;
            }
            onMessage(message);
          },
          renamed: (mboxname, now) => renamed.push({ mboxname, now }),
          unaudited: (part) => unaudited.push(part),
        }).run();
        options.onProgress?.(accounts, totals.records);
        await setImmediate();
      }
      refuseNothing(options, accounts, totals.mailboxes, unaudited);
    }
  } finally {
    for (const { side } of open) side.close();
  }
  return {
    renamed,
    unaudited,
    counts: {
      accounts,
      mailboxes: totals.mailboxes,
      records: totals.records,
      filesHashed: totals.files,
      bytesHashed: totals.bytesRead,
      recover,
      recoverBytes,
      verdicts: Object.fromEntries([...verdicts].sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

/** NEW may be in service: its list is read anew when it has changed. */
class OpenSides implements SalvageSides {
  private stamp: string;

  constructor(
    readonly old: SalvageSide,
    private current: SalvageSide,
    private readonly opened: SalvageSide[],
  ) {
    this.stamp = stampOf(current.side.list.path);
  }

  newer(): SalvageSide {
    const stamp = stampOf(this.current.side.list.path);
    if (stamp === this.stamp) return this.current;
    const side = openSide(this.current.side.spec);
    const list = openMailboxList(side);
    // In the middle of a write: the next one who asks tries again.
    if (list === undefined) {
      side.close();
      return this.current;
    }
    this.current.side.close();
    this.opened.splice(this.opened.indexOf(this.current), 1);
    this.current = { side, list };
    this.opened.push(this.current);
    this.stamp = stamp;
    return this.current;
  }
}

/** A side with a list that was looked through; what is wrong with it is told. */
function openSalvageSide(spec: SideSpec, role: 'old' | 'new', unaudited: ManifestUnaudited[]): SalvageSide | undefined {
  const side = openSide(spec);
  const leaveOut = (reason: string): void => {
    unaudited.push({ what: 'every mailbox', side: role, reason });
    side.close();
  };
  if (isEmptySide(side)) {
    side.close();
    throw new AuditError(
      'side-empty',
      `${side.confFile}: no mailbox list at ${side.layout.mailboxesDb} and nothing in ${side.layout.partitions.map(({ data }) => data).join(', ')}`,
      'Check configdirectory and partition-NAME; for a copy below another root use --old-root, --new-root or --root.',
    );
  }
  const { path, failure } = side.list;
  if (failure !== undefined) {
    if (failure.missing) {
      leaveOut(`${path}: there is no mailbox list`);
      return undefined;
    }
    side.close();
    throw new AuditError('io', failure.reason, 'Run cyraudit as root or as the user cyrus.');
  }
  const undecoded = whyNotDecoded(side.list);
  if (undecoded !== undefined) {
    leaveOut(undecoded);
    return undefined;
  }
  const { faults, isBusy } = checkList(spec);
  const damage = damageIn(faults);
  const list = openMailboxList(side);
  if (list === undefined || (damage !== undefined && role === 'new' && !isBusy)) {
    leaveOut(`${path}: the mailbox list is damaged: ${damage?.code ?? 'it cannot be opened'}`);
    return undefined;
  }
  // What can be read of the list of a broken machine is better than nothing.
  if (damage !== undefined)
    unaudited.push({
      what: 'mailboxes that a damaged list lacks',
      side: role,
      reason: `${path}: ${damage.code}${isBusy ? ', busy' : ''}`,
    });
  return { side, list };
}

function refuseSameSide({ side: a }: SalvageSide, { side: b }: SalvageSide): void {
  if (identityOf(a.layout.mailboxesDb) !== identityOf(b.layout.mailboxesDb)) return;
  throw new AuditError(
    'same-side',
    `${a.spec.source} and ${b.spec.source} are the same side (${a.layout.mailboxesDb})`,
    'Name the imapd.conf of the side that is down first, and that of the side in service second.',
  );
}

/** Which file it is, by whatever path or mount. */
function identityOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${String(dev)} ${String(ino)}`;
}

/** A name that nothing matches is more often mistyped than not there. */
function refuseNothing(
  { users, mailboxes, logs }: SalvageOptions,
  accounts: number,
  looked: number,
  unaudited: readonly ManifestUnaudited[],
): void {
  if (users.length + mailboxes.length === 0 || logs.length > 0) return;
  if ((accounts > 0 && (mailboxes.length === 0 || looked > 0)) || unaudited.length > 0) return;
  throw new AuditError(
    'usage',
    `${[...users, ...mailboxes].join(' ')}: no mailbox of OLD is called so`,
    'Look at the names: mailboxes go by internal name (user.fred.Sent), users by userid.',
  );
}
