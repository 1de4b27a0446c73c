import { Chalk } from 'chalk';
import type { GateCheckName, GateReport } from '../generated/gate.js';
import { counted, grouped } from '../report/numbers.js';
import { printable } from '../report/printable.js';
import { wrap } from '../report/wrap.js';

const TITLES: Readonly<Record<GateCheckName, string>> = {
  'master-stopped': 'The master is stopped',
  'sync-logs': 'The sync logs',
  databases: 'The databases are clean',
  audit: 'The audit of the pair',
  'same-on-both-sides': 'Both sides hold the same',
  'nobody-held': 'Nobody has to be held',
};

const ANSWERS: Readonly<Record<GateReport['question'], (report: GateReport) => string>> = {
  failover: ({ answer, level }) =>
    answer === 'stop'
      ? 'STOP: do not change the roles.'
      : level === 'index'
        ? 'GO: the replica has all records that the master has; whether it has their message files was not looked at.'
        : 'GO: the replica has all that the master has, and may take over.',
  resume: ({ answer, held }) =>
    answer === 'go'
      ? 'GO: replication may be switched on again.'
      : answer === 'stop'
        ? 'STOP: start no replication.'
        : held.length === 0
          ? 'GO EXCEPT FOR what is named below.'
          : `GO EXCEPT FOR ${counted(held.length, 'user or shared mailbox', 'users and shared mailboxes')}.`,
};

const WHERE = { master: 'On the master: ', replica: 'On the replica: ', here: '' } as const;

/** The answer for a person: first in one line, then why, then what to type. */
export function gateText(
  report: GateReport,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const paint = { go: chalk.green.bold, 'go-except': chalk.yellow.bold, stop: chalk.red.bold }[report.answer];
  const lines = [paint(ANSWERS[report.question](report)), ''];
  for (const { name, passed, evidence, notListed } of report.checks) {
    lines.push(`${passed ? chalk.green('passed') : chalk.red.bold('FAILED')}  ${chalk.bold(TITLES[name])}`);
    for (const line of evidence) lines.push(...hanging(printable(line), width));
    if (notListed > 0) lines.push(`        and ${grouped(notListed)} more`);
  }
  lines.push('', 'What remains, in this order:');
  for (const [n, { on, text, command }] of report.steps.entries()) {
    const label = `${String(n + 1).padStart(3)}. `;
    const words = wrap(`${WHERE[on]}${text}`, width, '     ');
    lines.push(...words.map((line, i) => (i === 0 ? label + line.slice(label.length) : line)));
    // For a shell: never broken.
    if (command !== undefined) lines.push(`       ${command}`);
  }
  return `${lines.join('\n')}\n`;
}

function hanging(text: string, width: number): string[] {
  return wrap(text, width, '          ').map((line, n) => (n === 0 ? `        ${line.trimStart()}` : line));
}
