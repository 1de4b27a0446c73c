import type { GateCheck, GateStep } from '../generated/gate.js';
import type { Report } from '../generated/report.js';
import { placedFindings } from '../report/finding-place.js';
import { commandLine } from '../report/command-line.js';
import type { Catalogue } from '../report/report-format.js';
import type { PendingLog } from '../sources/spool/pending-log.js';
import {
  checkAudit,
  checkDatabases,
  checkLogs,
  checkMasterStopped,
  checkSame,
  channelName,
  type SeenLogs,
  type SeenProcesses,
} from './checks.js';
import type { PairDifferences } from './differences.js';
import { onMachine } from '../report/cyrus-config.js';
import { channelWords, cyrusCommand, sideOf, step, word, type SideConf } from './machines.js';
import type { LogSubjects } from './prove-lines.js';

/** All that a gate looks at. */
export interface GateFacts {
  readonly report: Report;
  readonly processes: SeenProcesses;
  readonly logs: SeenLogs;
  /** undefined = a mailbox list could not be opened. */
  readonly subjects: LogSubjects | undefined;
  readonly differences: PairDifferences;
  readonly confs: Readonly<Record<'master' | 'replica', SideConf>>;
  /** This call of the gate. */
  readonly again: string;
}

/** May the replica take over from a master that was stopped: nothing of it may be missing there. */
export function failoverChecks({ report, processes, logs, subjects, differences }: GateFacts, catalogue: Catalogue) {
  const findings = placedFindings(report);
  return [
    checkMasterStopped(processes),
    checkLogs(logs, subjects, differences),
    checkDatabases(findings, report, catalogue, () => true),
    checkAudit(report, findings, catalogue),
    checkSame(report, differences, catalogue),
  ];
}

/** What is left of the role change. The roles in the words are those of before. */
export function stepsOfChange({ report, logs, confs }: GateFacts): GateStep[] {
  const master = sideOf(report, 'master');
  const replica = sideOf(report, 'replica');
  const put = [...logs.logs, ...logs.others].flatMap(({ files }) => files);
  const [oldConf, newConf] = [word(onMachine(master.config, master)), word(onMachine(replica.config, replica))];
  const { channels } = confs.master;
  const missing = [
    ...(confs.replica.syncLog ? [] : ['sync_log: yes']),
    ...(sameChannels(confs) ? [] : [`sync_log_channels: ${channels.map((name) => name ?? '""').join(' ')}`]),
    ...channels.flatMap((name) =>
      confs.replica.withHost.includes(name) ? [] : [`${name === null ? '' : `${name}_`}sync_host: THE OLD MASTER`],
    ),
  ];
  const again = {
    ...report,
    sides: [
      { ...replica, role: 'master' as const },
      { ...master, role: 'replica' as const },
    ],
  };
  return [
    step('master', 'Keep Cyrus stopped. Nothing may deliver to it any more.'),
    ...put.map((path) => {
      const there = onMachine(path, master);
      return step(
        'master',
        'Put the log away. All that it names has arrived; replayed later, it would act for a master of the past.',
        `mv ${word(there)} ${word(`${there}.before-failover`)}`,
      );
    }),
    step(
      'master',
      `Make it a replica: in ${oldConf} set sync_log: no; in cyrus.conf take out sync_client and leave a service for sync_server.`,
    ),
    step(
      'replica',
      `Make it the master: ${missing.length === 0 ? `${newConf} has what it takes` : `in ${newConf} set ${missing.join(', ')}`}; in cyrus.conf start these:`,
      channels.map((name) => cyrusCommand('sync_client', replica, [...channelWords(name), '-r'])).join('; '),
    ),
    step('replica', 'Restart Cyrus, and send clients and deliveries here.', 'systemctl restart cyrus-imapd'),
    step('master', 'Start Cyrus, as a replica.', 'systemctl start cyrus-imapd'),
    ...channels.map((name) =>
      step(
        'replica',
        `See that replication runs the other way, as the user cyrus (${channelName({ channel: name })}).`,
        cyrusCommand('sync_client', replica, [...channelWords(name), '-v', '-A']),
      ),
    ),
    step('here', 'Audit the pair in its new roles.', commandLine(again)),
  ];
}

const sameChannels = ({ master, replica }: GateFacts['confs']): boolean =>
  master.channels.length === replica.channels.length &&
  master.channels.every((name) => replica.channels.includes(name));

/** What has to be done before the roles may change. */
export function stepsToChange(facts: GateFacts, checks: readonly GateCheck[]): GateStep[] {
  const { report, processes, logs, differences, again } = facts;
  const master = sideOf(report, 'master');
  const failed = new Set(checks.filter(({ passed }) => !passed).map(({ name }) => name));
  const steps: GateStep[] = [];
  const codes = [...new Set(differences.findings.map(({ finding }) => finding.code))];
  const needsPerson = differences.findings.some(({ finding }) => finding.class !== 'safe') || failed.has('audit');
  if (needsPerson)
    steps.push(
      step('here', 'Change no roles. See what is wrong, and follow what stands below "Do:".', commandLine(report)),
      ...codes.slice(0, MAX_CODES).map((code) => step('here', 'What it means:', `cyraudit explain ${code}`)),
    );
  if (failed.has('databases')) {
    for (const side of report.sides)
      steps.push(
        step(
          side.role === 'replica' ? 'replica' : 'master',
          'With Cyrus stopped, recover the databases as its start does, if one of this side is named above.',
          cyrusCommand('ctl_cyrusdb', side, ['-r']),
        ),
      );
  }
  if (failed.has('master-stopped')) {
    if (processes.found.running.length > 0)
      steps.push(step('master', 'Stop Cyrus, and see that no process is left.', 'systemctl stop cyrus-imapd'));
    else if (processes.found.blind.length + processes.proc.unread.length > 0)
      steps.push(
        step(
          'master',
          'Run the gate on the master; or make sure that no process of Cyrus is left there:',
          'pgrep -a -u cyrus',
        ),
        step('here', 'and say so.', processes.isSaidToBeDown ? again : `${again} --master-is-down`),
      );
  }
  // Replayed while a person must look first, a log may take away what he would keep.
  if (failed.has('sync-logs') && !needsPerson) {
    for (const log of logs.logs) steps.push(...stepsToReplay(log, master));
    for (const log of logs.others)
      for (const path of log.files) steps.push(replayFile(log, onMachine(path, master), master));
    for (const { files } of logs.ofReplica)
      for (const path of files) {
        const there = onMachine(path, sideOf(report, 'replica'));
        steps.push(
          step(
            'replica',
            'See what it has changed by itself. Unless it replicates to a third server, put the log away:',
            `mv ${word(there)} ${word(`${there}.before-failover`)}`,
          ),
        );
      }
  }
  if (failed.has('same-on-both-sides') && !needsPerson)
    for (const channel of facts.confs.master.channels)
      steps.push(
        step(
          'master',
          'Bring the replica up to date, as the user cyrus. Cyrus itself need not run there for that.',
          cyrusCommand('sync_client', master, [...channelWords(channel), '-v', '-A']),
        ),
      );
  return [...steps, step('here', 'Then ask again.', again)];
}

/** Codes of which the explanation is named. */
const MAX_CODES = 10;

function stepsToReplay(log: PendingLog, master: Report['sides'][number]): GateStep[] {
  if (log.files.length === 0 || (log.lines === 0 && log.faults.length === 0)) return [];
  const steps = log.files
    .filter((path) => /\/log-\d+$/.test(path))
    .map((path) => replayFile(log, onMachine(path, master), master));
  const rest = log.files.filter((path) => /\/log(-run)?$/.test(path));
  for (const path of rest)
    steps.push(
      step(
        'master',
        `Replay ${printablePath(onMachine(path, master))}, as the user cyrus. It takes log-run first, then log, and removes what it has done.`,
        cyrusCommand('sync_client', master, [...channelWords(log.channel), '-v', '-R', '-1']),
      ),
    );
  return steps;
}

const printablePath = (path: string): string => word(path);

function replayFile({ channel }: PendingLog, path: string, master: Report['sides'][number]): GateStep {
  const replay = cyrusCommand('sync_client', master, [...channelWords(channel), '-v', '-R', '-f', word(path)]);
  return step('master', 'Replay what a reader left, as the user cyrus.', `${replay} && rm ${word(path)}`);
}
