import type { Report, ReportFinding, ReportMailbox, ReportUser } from '../../src/generated/report.js';
import { catalogue } from '../../src/findings/catalogue.js';
import { CLASSES, worse, type FindingClass, type VerdictClass } from '../../src/model/effects.js';
import { seeded, type Random } from './random.js';
import { cleanReport } from './report.js';

/** What may happen to one message, by how often it does. */
const RECORD_CODES = [
  [60, 'record-only-on-master'],
  [20, 'flags-pending'],
  [8, 'expunge-pending'],
  [4, 'record-only-on-replica'],
  [3, 'guid-mismatch'],
  [2, 'record-copied-back-renumbered'],
  [1, 'flags-lost-on-replica'],
  [1, 'record-crc-mismatch'],
  [1, 'message-file-missing'],
] as const;
const USER_CODES = [
  [6, 'seen-pending'],
  [2, 'quota-usage-wrong'],
  [1, 'subscription-removed-on-replica'],
] as const;

const NAMES = ['ada', 'bob', 'carol', 'dave', 'eve', 'fred', 'grace', 'heidi'];
const FOLDERS = ['', '.Sent', '.Drafts', '.Entw&APw-rfe', '.Archive.2024', '.&ZeVnLIqe-', '.Projects.a b'];

/**
 * A report with so many findings of the real catalogue, in mailboxes of which some are a split brain. Facts are those of
 * the examples: what the report says is not true of any spool, but it looks like a report.
 */
export function driftingReport(findings: number, seed = 1): Report {
  const random = seeded(seed);
  const mailboxes: ReportMailbox[] = [];
  const users: ReportUser[] = [];
  let left = findings;
  for (let n = 0; left > 0; n++) {
    const userid = `${NAMES[n % NAMES.length]!}${String(n).padStart(5, '0')}`;
    const mboxname = `user.${userid}${random.pick(FOLDERS)}`;
    const found = recordFindings(random, Math.min(left, 1 + random.int(24)), n % 5 === 1);
    left -= found.length;
    mailboxes.push({ mboxname, uniqueid: `id-${n}`, userid, class: worstOf(found), findings: found });
    if (left > 0 && random.chance(0.2)) {
      const inUser = [exampleFinding(random.weighted(USER_CODES))];
      left -= 1;
      users.push({ userid, class: worstOf(inUser), findings: inUser });
    }
  }
  const byClass = (of: readonly { readonly class: FindingClass }[], clean: number) => ({
    clean,
    safe: of.filter((each) => each.class === 'safe').length,
    admin: of.filter((each) => each.class === 'admin').length,
    halt: of.filter((each) => each.class === 'halt').length,
  });
  const counts: Record<string, number> = {};
  for (const each of [...mailboxes, ...users])
    for (const { code } of each.findings) counts[code] = (counts[code] ?? 0) + 1;
  const verdict = [...mailboxes, ...users].reduce<VerdictClass>((worst, each) => worse(worst, each.class), 'clean');
  return {
    ...cleanReport,
    verdict,
    counts: {
      ...cleanReport.counts,
      mailboxes: byClass(mailboxes, mailboxes.length * 3),
      users: byClass(users, users.length * 9),
      findings: counts,
    },
    mailboxes,
    users,
  };
}

/** In a split brain all messages from some UID on are of one side, of the other, or clash. */
function recordFindings(random: Random, count: number, isSplit: boolean): ReportFinding[] {
  let uid = 1 + random.int(4000);
  return Array.from({ length: count }, () => {
    uid += random.chance(0.8) ? 1 : 1 + random.int(40);
    const code = isSplit
      ? random.pick([
          'guid-mismatch',
          'record-only-on-master',
          'record-only-on-replica',
          'record-copied-back-renumbered',
        ])
      : random.weighted(RECORD_CODES);
    return { ...exampleFinding(code), uid };
  });
}

const EFFECTS: Readonly<Record<string, ReportFinding['effects']>> = {
  'record-only-on-master': ['copy-to-replica'],
  'record-only-on-replica': ['copy-back-to-master'],
  'guid-mismatch': ['copy-back-to-master', 'renumber'],
  'record-copied-back-renumbered': ['copy-back-to-master', 'renumber'],
  'flags-pending': ['update-replica'],
  'flags-lost-on-replica': ['overwrite-on-replica'],
  'expunge-pending': ['expunge-on-replica'],
  'record-crc-mismatch': ['blocked'],
};
const SIDES: Readonly<Record<string, ReportFinding['side']>> = {
  'record-crc-mismatch': 'master',
  'message-file-missing': 'replica',
  'quota-usage-wrong': 'replica',
};

/** The finding that the catalogue shows as the example of a code. */
export function exampleFinding(code: string): ReportFinding {
  const kind = catalogue.get(code);
  if (kind === undefined) throw new Error(`no finding is called ${code}`);
  const side = SIDES[code];
  const effects = EFFECTS[code];
  return {
    code,
    class: kind.class,
    ...(side === undefined ? {} : { side }),
    facts: kind.example,
    ...(effects === undefined ? {} : { effects }),
  };
}

const worstOf = (findings: readonly ReportFinding[]): FindingClass =>
  findings.reduce<FindingClass>(
    (worst, { class: each }) => (CLASSES.indexOf(each) > CLASSES.indexOf(worst) ? each : worst),
    'safe',
  );
