import { Chalk, type ChalkInstance } from 'chalk';
import { SALVAGE_VERDICTS, salvageVerdict, type SalvageVerdict } from '../../findings/salvage/verdicts.js';
import type { ManifestMessage, ManifestUnaudited } from '../../generated/manifest.js';
import { displayWidth, padColumns } from '../display-width.js';
import { bytes, counted, grouped } from '../numbers.js';
import { printable, printableMboxname } from '../printable.js';
import type { RenderOptions } from '../report-format.js';
import { wrap } from '../wrap.js';
import type { ManifestTail } from './manifest-json.js';

/** Rows of one verdict, and lines of any other list; all are in the manifest. */
const MAX_ROWS = 10;
const INDENT = '    ';

interface Group {
  messages: number;
  offered: number;
  accounts: number;
  lastAccount: string;
  readonly examples: ManifestMessage[];
}

/** What a person reads of a salvage. It is given every message, and keeps the first ones and the sums. */
export class SalvageText {
  private readonly groups = new Map<SalvageVerdict, Group>();
  /** Messages by account and verdict, in the order of the list: of the first ones. */
  private readonly accounts = new Map<string, Map<SalvageVerdict, number>>();
  private moreAccounts = 0;
  private lastAccount: string | undefined;
  private gone = 0;

  add(message: ManifestMessage): void {
    const { verdict, recover, target } = message;
    const account = message.userid ?? message.mboxname;
    let group = this.groups.get(verdict);
    if (group === undefined)
      this.groups.set(verdict, (group = { messages: 0, offered: 0, accounts: 0, lastAccount: '', examples: [] }));
    group.messages++;
    if (recover) group.offered++;
    // The messages of an account come one behind the other.
    if (group.lastAccount !== account) group.accounts++;
    group.lastAccount = account;
    if (group.examples.length < MAX_ROWS) group.examples.push(message);
    if (this.accounts.size < MAX_ROWS || this.accounts.has(account)) {
      const ofAccount = this.accounts.get(account) ?? new Map<SalvageVerdict, number>();
      ofAccount.set(verdict, (ofAccount.get(verdict) ?? 0) + 1);
      this.accounts.set(account, ofAccount);
    } else if (account !== this.lastAccount) this.moreAccounts++;
    this.lastAccount = account;
    if (recover && !target.exists && verdict !== 'flags-changed') this.gone++;
  }

  render(
    tail: ManifestTail,
    { color, width }: Pick<RenderOptions, 'color' | 'width'>,
    next: string | undefined,
  ): string {
    const chalk = new Chalk({ level: color ? 1 : 0 });
    const { counts, renamed, unaudited } = tail;
    const lines = [...wrap(this.headline(tail), width).map((line) => this.paint(chalk, tail)(line))];
    for (const { code } of SALVAGE_VERDICTS) {
      const group = this.groups.get(code);
      if (group !== undefined) lines.push('', ...groupLines(code, group, width, chalk));
    }
    if (this.accounts.size > 0) lines.push('', chalk.bold('By account'), ...this.accountLines(width));
    if (renamed.length > 0) {
      lines.push(
        '',
        chalk.bold(
          `Renamed on NEW: ${counted(renamed.length, 'mailbox', 'mailboxes')}, whose messages are not lost for it`,
        ),
      );
      const names = renamed.map(({ mboxname, now }) => `${printableMboxname(mboxname)} is ${printableMboxname(now)}`);
      lines.push(...capped(names).flatMap((line) => wrap(line, width, INDENT)));
    }
    lines.push(...unauditedLines(unaudited, width, chalk));
    if (counts.recover > 0) lines.push('', ...this.nextLines(next, width));
    lines.push(
      '',
      ...wrap(
        `Looked at ${counted(counts.accounts, 'account')}, ${counted(counts.mailboxes, 'mailbox', 'mailboxes')} and ${counted(counts.records, 'record')} of OLD; ${counted(counts.filesHashed, 'file')} proven by SHA-1, ${bytes(String(counts.bytesHashed))}.`,
        width,
      ),
    );
    return `${lines.join('\n')}\n`;
  }

  /** Messages of which a person must decide. */
  private get asked(): number {
    let sum = 0;
    for (const [code, { messages, offered }] of this.groups)
      if (salvageVerdict(code).does === 'ask') sum += messages - offered;
    return sum;
  }

  private headline({ counts, complete }: ManifestTail): string {
    const parts = [
      counts.recover > 0
        ? `${counted(counts.recover, 'message')} can be recovered from OLD (${bytes(String(counts.recoverBytes))})`
        : 'NEW lacks no message of OLD that could be recovered',
      ...(this.asked > 0
        ? [`${counted(this.asked, 'message')} ${this.asked === 1 ? 'wants' : 'want'} a decision`]
        : []),
      ...(complete ? [] : ['not everything could be judged']),
    ];
    return `${parts.join('; ')}.`;
  }

  private paint(chalk: ChalkInstance, { counts, complete }: ManifestTail): (text: string) => string {
    return counts.recover > 0 || this.asked > 0 || !complete ? chalk.yellow.bold : chalk.green.bold;
  }

  private accountLines(width: number): string[] {
    const lines = [...this.accounts].map(([account, verdicts]) => {
      const parts = SALVAGE_VERDICTS.flatMap(({ code }) =>
        verdicts.has(code) ? [`${grouped(verdicts.get(code)!)} ${code}`] : [],
      );
      return `${printableMboxname(account)}: ${parts.join(', ')}`;
    });
    return [...lines, ...moreLine(this.moreAccounts)].flatMap((line) => wrap(line, width, INDENT));
  }

  private nextLines(next: string | undefined, width: number): string[] {
    const into =
      this.gone === 0
        ? ''
        : ` The mailbox of ${counted(this.gone, 'message')} is gone on NEW: name another with --into.`;
    const command = next ?? 'cyraudit salvage ... --report json=manifest.json';
    return [...wrap(`Next:${into}`, width), `${INDENT}${command}`];
  }
}

function groupLines(code: SalvageVerdict, group: Group, width: number, chalk: ChalkInstance): string[] {
  const { title, remedy, does } = salvageVerdict(code);
  const { messages, offered, accounts, examples } = group;
  const count = `${grouped(messages)} in ${counted(accounts, 'account')}${offered > 0 && offered < messages ? `, ${grouped(offered)} to recover` : ''}`;
  const color = does === 'tell' ? chalk.bold : chalk.yellow.bold;
  const lines = [`${color(title)} (${count}) ${chalk.dim(code)}`, ...tableLines(examples, width)];
  if (messages > examples.length)
    lines.push(`${INDENT}and ${grouped(messages - examples.length)} more, all in the manifest`);
  return [...lines, ...wrap(`Do: ${remedy}`, width, INDENT)];
}

/** A line for each message, and under it what differs from the one before. */
function tableLines(messages: readonly ManifestMessage[], width: number): string[] {
  const places = messages.map(({ mboxname, uid }) => `${printableMboxname(mboxname)} uid ${String(uid)}`);
  const sizes = messages.map(({ size }) => grouped(size));
  const place = Math.max(...places.map(displayWidth));
  const size = Math.max(...sizes.map(({ length }) => length));
  let why = '';
  return messages.flatMap((message, n) => {
    const { internaldate, flags } = message;
    const row = `${padColumns(places[n]!, place)}  ${internaldate}  ${sizes[n]!.padStart(size)} bytes  ${printable([...flags.system, ...flags.user].join(' '))}`;
    const words = whyWords(message);
    const detail = words === why ? [] : wrap(words, width, INDENT + INDENT);
    why = words;
    return [...wrap(row.trimEnd(), width, INDENT).map(keepBlanks(row.trimEnd(), width)), ...detail];
  });
}

/** Running text has single blanks; the columns of a row that fits keep theirs. */
const keepBlanks =
  (row: string, width: number) =>
  (line: string): string =>
    INDENT.length + displayWidth(row) <= width ? INDENT + row : line;

function whyWords({ why, target, mboxname, sameAs, verdict, source }: ManifestMessage): string {
  const to = target.mboxname === mboxname ? '' : `; goes to ${printableMboxname(target.mboxname)}`;
  const same =
    sameAs === undefined ? '' : `; recovered from ${printableMboxname(sameAs.mboxname)} uid ${String(sameAs.uid)}`;
  const from = verdict === 'damaged-here-intact-elsewhere' ? `; the intact copy is ${printable(source)}` : '';
  return `${printable(why)}${to}${same}${from}`;
}

function unauditedLines(unaudited: readonly ManifestUnaudited[], width: number, chalk: ChalkInstance): string[] {
  if (unaudited.length === 0) return [];
  const lines = unaudited.map(({ what, side, mboxname, reason }) => {
    const where = [
      side?.toUpperCase(),
      mboxname === undefined ? undefined : printableMboxname(mboxname),
      printable(what),
    ];
    return `${where.filter((word) => word !== undefined).join(' ')}: ${printable(reason)}`;
  });
  return [
    '',
    chalk.yellow.bold(`Not judged: ${counted(unaudited.length, 'thing')}`),
    ...capped(lines).flatMap((line) => wrap(line, width, INDENT)),
  ];
}

const capped = (lines: readonly string[]): string[] => [
  ...lines.slice(0, MAX_ROWS),
  ...moreLine(lines.length - MAX_ROWS),
];

const moreLine = (more: number): string[] => (more > 0 ? [`and ${grouped(more)} more, all in the manifest`] : []);
