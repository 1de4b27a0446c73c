import type { GateAnswer, GateHeld, GateStep } from '../generated/gate.js';
import type { Plan } from '../plan/make-plan.js';
import { commandLine } from '../report/command-line.js';
import { placedFindings, type PlacedFinding } from '../report/finding-place.js';
import { counted } from '../report/numbers.js';
import type { Catalogue } from '../report/report-format.js';
import { checkAudit, checkDatabases, checkLogsReadable, channelName, findingLine, makeCheck } from './checks.js';
import type { GateFacts } from './failover.js';
import { channelWords, cyrusCommand, sideOf, step, word } from './machines.js';

/** May replication be switched on again after a crash. */
export function resumeChecks({ report, logs }: GateFacts, plan: Plan | undefined, catalogue: Catalogue) {
  const findings = placedFindings(report);
  const pairOnly = findings.filter(({ place }) => place === undefined);
  // As for a plan: what is about the pair and blocks nobody leaves the others free.
  const stops = ({ finding }: PlacedFinding): boolean =>
    finding.class === 'halt' || (finding.class === 'admin' && finding.effects?.includes('blocked') === true);
  const toLookAt = pairOnly.filter(
    (placed) => placed.finding.class === 'admin' && placed.finding.accepted === undefined && !stops(placed),
  );
  const held = plan === undefined ? [] : plan.held.map((one) => heldLine(toHeld(one)));
  const audit = checkAudit(report, findings, catalogue);
  const stop = plan === undefined ? ['the mailbox list of the master cannot be read'] : (plan.stop ?? []);
  const unknown = plan?.unknown ?? 0;
  const lines = [
    ...held,
    ...toLookAt.map((placed) => `look at ${findingLine(placed, catalogue)}`),
    ...(unknown === 0
      ? []
      : [`not audited, as it is new: ${counted(unknown, 'user or shared mailbox', 'users and shared mailboxes')}`]),
  ];
  return [
    { ...audit, passed: report.verdict !== 'halt' && stop.length === 0, evidence: [...audit.evidence, ...stop] },
    checkLogsReadable(logs),
    checkDatabases(pairOnly, report, catalogue, stops),
    makeCheck(
      'nobody-held',
      plan !== undefined && lines.length === 0,
      lines.length === 0 && plan !== undefined
        ? [
            `${counted(plan.users.length, 'user')} and ${counted(plan.mailboxes.length, 'shared mailbox', 'shared mailboxes')} may be replicated`,
          ]
        : lines,
    ),
  ];
}

export const toHeld = ({ unit, findings, reasons }: Plan['held'][number]): GateHeld => ({
  ...(unit.kind === 'user' ? { userid: unit.userid } : { mboxname: unit.mboxname }),
  codes: [...new Set(findings.map(({ finding }) => finding.code))].sort(),
  reasons: [...reasons].sort(),
});

function heldLine({ userid, mboxname, codes, reasons }: GateHeld): string {
  const why = [...codes, ...reasons].join(', ');
  return `hold ${userid === undefined ? (mboxname ?? '') : `user ${userid}`}: ${why}`;
}

/** What remains to be done. @param into where the lists of the plan were written; undefined = nowhere */
export function resumeSteps(
  facts: GateFacts,
  answer: GateAnswer,
  plan: Plan | undefined,
  into: string | undefined,
): GateStep[] {
  const { report, confs, processes, again } = facts;
  const master = sideOf(report, 'master');
  const { channels } = confs.master;
  if (answer === 'stop')
    return [
      step('here', 'Start no replication. See what is wrong, and follow what stands below "Do:".', commandLine(report)),
      step('here', 'Then ask again.', again),
    ];
  const isUp = processes.found.running.length > 0;
  const start = isUp
    ? []
    : [
        step(
          'master',
          'Start Cyrus without sync_client: its start recovers the databases.',
          'systemctl start cyrus-imapd',
        ),
      ];
  const perChannel = (text: string, ...words: readonly string[]): GateStep[] =>
    channels.map((name) =>
      step(
        'master',
        `${text}${channels.length > 1 ? ` (${channelName({ channel: name })})` : ''}`,
        cyrusCommand('sync_client', master, [...channelWords(name), '-v', ...words]),
      ),
    );
  const audit = step('here', 'Audit again.', commandLine(report));
  if (answer === 'go')
    return [
      ...start,
      ...perChannel(
        'As the user cyrus, bring the replica up to date: a crash may have kept lines out of the log.',
        '-A',
      ),
      step(
        'master',
        'Switch rolling replication on again: in cyrus.conf,',
        channels.map((name) => cyrusCommand('sync_client', master, [...channelWords(name), '-r'])).join('; '),
      ),
      audit,
    ];
  const dir = into ?? 'plan';
  const asked = into === undefined ? `${again} --into plan` : again;
  const lists =
    into === undefined
      ? [
          step(
            'here',
            'Write the lists of who may be replicated now, and who is held and what to do.',
            `mkdir -p plan && ${asked}`,
          ),
        ]
      : [];
  return [
    ...start,
    step(
      'master',
      'Leave rolling replication (sync_client -r) and sync_client -A off: they would take those that are held as well.',
    ),
    ...lists,
    ...(plan !== undefined && plan.users.length > 0
      ? perChannel('As the user cyrus, replicate the users that may be.', '-u', '-f', word(`${dir}/users.txt`))
      : []),
    ...(plan !== undefined && plan.mailboxes.length > 0
      ? perChannel('The same with shared mailboxes.', '-m', '-f', word(`${dir}/mailboxes.txt`))
      : []),
    ...(report.findings.some((finding) => finding.class === 'admin')
      ? [
          step(
            'here',
            'See what is about the pair as a whole, and follow what stands below "Do:".',
            commandLine(report),
          ),
        ]
      : []),
    step('here', 'See to those that are held, one by one, as the page says.', `less ${word(`${dir}/held.txt`)}`),
    step('here', 'Then ask again.', asked),
  ];
}
