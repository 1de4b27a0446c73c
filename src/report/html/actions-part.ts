import type { Report } from '../../generated/report.js';
import { commandLine } from '../command-line.js';
import { effectWords } from '../effect-words.js';
import { placesWords, type FindingGroup } from '../finding-groups.js';
import { findingDetails, findingMessage, UNKNOWN_TITLE } from '../finding-message.js';
import type { PlacedFinding } from '../finding-place.js';
import { counted, grouped } from '../numbers.js';
import { mayRun } from '../outcome.js';
import { printable, printableMboxname } from '../printable.js';
import type { Catalogue, FindingTexts } from '../report-format.js';
import { Affected } from './affected.js';
import { element, type Child, type Markup } from './element.js';
import { fillCommand } from './fill-command.js';
import { remedySteps, type RemedyStep } from './remedy-steps.js';
import { badge, copyBlock, detailLine, foreign, section } from './small-parts.js';
import { actionId } from './verdict-part.js';

/** What to do next, worst first, with the commands. */
export function actionsPart(report: Report, groups: readonly FindingGroup[], catalogue: Catalogue): Markup {
  const [halts, admins, safe] = (['halt', 'admin', 'safe'] as const).map((name) =>
    groups.filter(({ findingClass }) => findingClass === name),
  ) as [FindingGroup[], FindingGroup[], FindingGroup[]];
  const hasOpen = halts.length + admins.length > 0;
  // Lines that can be run at once are offered only where the whole of a user was audited and nothing forbids it.
  const { mailboxes, partitions } = report.selection ?? {};
  const mayFill = mayRun(report) && mailboxes === undefined && partitions === undefined;
  const affected = mayFill ? new Affected(report) : undefined;
  return section(
    'do',
    'What to do next',
    element('p', { class: 'lead' }, leadWords(report, hasOpen)),
    hasOpen
      ? element(
          'p',
          { class: 'note' },
          'Commands run as the user cyrus, on the side that the text names. Words in capitals stand for what you fill in; MAILBOX is a name as an administrator types it (user/fred/Sent where imapd.conf has unixhierarchysep, else user.fred.Sent).',
        )
      : undefined,
    halts.map((group) => card(group, catalogue.get(group.code), affected)),
    halts.length > 0 && (admins.length > 0 || !report.complete)
      ? element('p', { class: 'lead' }, 'Only when that is settled:')
      : undefined,
    report.complete ? undefined : incompleteCard(report),
    admins.map((group) => card(group, catalogue.get(group.code), affected)),
    safe.length > 0 ? safeCard(safe, catalogue, mayRun(report)) : undefined,
    hasOpen || !report.complete
      ? element('article', { class: 'card' }, element('h3', {}, 'Then audit again'), copyBlock([commandLine(report)]))
      : undefined,
  );
}

function leadWords({ verdict, complete, command }: Report, hasOpen: boolean): string {
  if (verdict === 'halt')
    return command === 'check'
      ? 'Do not replicate from or to this side. Begin with the first of these.'
      : 'Do not start replication, not for a single mailbox. Begin with the first of these.';
  if (!complete) return 'First see that everything can be audited; what is below may not be all.';
  if (hasOpen)
    return command === 'check'
      ? 'These need a person. The rest of this side is sound.'
      : 'These need a person before replication runs for the mailboxes and users they name. The rest may be replicated.';
  if (command === 'check') return 'Nothing has to be done.';
  return 'Nothing has to be done: let replication run.';
}

function incompleteCard({ unaudited }: Report): Markup {
  const reasons = new Map<string, number>();
  for (const { reason } of unaudited) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const frequent = [...reasons].sort(([, a], [, b]) => b - a).slice(0, 5);
  return element(
    'article',
    { class: 'card admin' },
    element('h3', {}, 'Make the audit complete'),
    element(
      'p',
      {},
      `${counted(unaudited.length, 'thing')} could not be audited, and nothing is known of ${unaudited.length === 1 ? 'it' : 'them'}. `,
      element('a', { href: '#unaudited' }, 'See what.'),
      frequent.length > 0 ? ' Most frequent reasons:' : '',
    ),
    element(
      'ul',
      {},
      frequent.map(([reason, count]) => element('li', {}, foreign(printable(reason)), ` (${grouped(count)})`)),
    ),
  );
}

function card(group: FindingGroup, texts: FindingTexts | undefined, affected: Affected | undefined): Markup {
  return element(
    'article',
    { class: `card ${group.findingClass}`, id: actionId(group) },
    element('h3', {}, badge(group.findingClass), ' ', printable(texts?.title ?? UNKNOWN_TITLE)),
    element('p', { class: 'meta' }, countWords(group), ' ', element('code', {}, group.code), ' ', showButton(group)),
    texts === undefined ? undefined : element('p', {}, texts.why),
    texts === undefined
      ? undefined
      : element('p', {}, element('b', {}, 'What replication does: '), texts.replication, effectsLine(group)),
    element(
      'ul',
      { class: 'examples' },
      group.examples.map((example, n) =>
        exampleItem(example, texts, n + 1 < group.examples.length ? 0 : group.count - n - 1),
      ),
    ),
    texts === undefined
      ? element('p', {}, 'The version of cyraudit that wrote this report explains it: cyraudit explain CODE.')
      : element('ul', { class: 'steps' }, stepItems(remedySteps(printable(texts.remedy)), group.code, affected)),
  );
}

function countWords(group: FindingGroup): string {
  const where = placesWords(group);
  return `${counted(group.count, 'finding')}${where === '' ? '' : ` in ${where}`}`;
}

function effectsLine({ effects }: FindingGroup): string {
  return effects.size === 0 ? '' : ` Here it would ${effectWords(effects)}.`;
}

function showButton({ code }: FindingGroup): Markup {
  return element('button', { type: 'button', class: 'show', 'data-code': code, hidden: true }, 'List them');
}

function exampleItem({ finding, place }: PlacedFinding, texts: FindingTexts | undefined, more: number): Markup {
  const where: Child[][] = [];
  if (finding.side !== undefined && finding.side !== 'single') where.push([finding.side]);
  if (place !== undefined)
    where.push(
      'mboxname' in place ? [foreign(printableMboxname(place.mboxname))] : ['user ', foreign(printable(place.userid))],
    );
  if (finding.uid !== undefined) where.push([`uid ${finding.uid}`]);
  return element(
    'li',
    {},
    where.length === 0
      ? undefined
      : [
          element(
            'b',
            {},
            where.map((words, n) => [n === 0 ? '' : ' ', words]),
          ),
          ': ',
        ],
    foreign(findingMessage(finding, texts)),
    findingDetails(finding, texts).map(detailLine),
    more > 0 ? element('span', { class: 'note' }, ` and ${grouped(more)} more`) : undefined,
  );
}

function stepItems(steps: readonly RemedyStep[], code: string, affected: Affected | undefined): Markup[] {
  const forbidden = new Set(steps.flatMap(({ forbids }) => forbids));
  return steps.map((step) => stepItem(step, code, forbidden, affected));
}

function stepItem(
  step: RemedyStep,
  code: string,
  forbidden: ReadonlySet<string>,
  affected: Affected | undefined,
): Markup {
  const perProgram = new Set(step.commands.map(({ words }) => words.split(' ')[0]!));
  // Two commands of one program are alternatives, and what another step warns of is done by hand: a person thinks first.
  const isPlain = perProgram.size === step.commands.length && ![...perProgram].some((name) => forbidden.has(name));
  const bySide = /\b(?:this|that) side\b/.test(step.text);
  return element(
    'li',
    { class: step.isWarning ? 'warning' : undefined },
    step.text,
    step.commands.map((command) => {
      const filled = affected !== undefined && isPlain ? fillCommand(command, code, bySide, affected) : undefined;
      if (filled === undefined)
        return copyBlock([command.words], command.prompt === 'cyradm' ? 'in cyradm' : undefined);
      return [
        filled.commands.map(({ side, lines }) => copyBlock(lines, side === undefined ? undefined : `on the ${side}`)),
        leftOutNote(filled.more, filled.held),
      ];
    }),
  );
}

function leftOutNote(more: number, held: number): Markup | undefined {
  const parts = [
    ...(more > 0 ? [`${grouped(more)} more of the same are in the list of findings.`] : []),
    ...(held > 0
      ? [
          `${grouped(held)} ${held === 1 ? 'is' : 'are'} left out: other findings of the same user come first, or the name cannot be typed plainly.`,
        ]
      : []),
  ];
  return parts.length === 0 ? undefined : element('p', { class: 'note' }, parts.join(' '));
}

function safeCard(groups: readonly FindingGroup[], catalogue: Catalogue, isAdvised: boolean): Markup {
  const item = (group: FindingGroup): Markup => {
    const texts = catalogue.get(group.code);
    const remedy = texts?.remedy ?? '';
    const isTidying = isAdvised && remedy !== 'Nothing. Let replication run.';
    return element(
      'li',
      {},
      element('b', {}, printable(texts?.title ?? UNKNOWN_TITLE)),
      ` (${countWords(group)}) `,
      element('code', {}, group.code),
      ' ',
      showButton(group),
      isTidying ? element('div', {}, printable(remedy)) : undefined,
    );
  };
  return element(
    'article',
    { class: 'card safe', id: 'do-safe' },
    element(
      'h3',
      {},
      badge('safe'),
      ' ',
      isAdvised ? 'Harmless: replication repairs it or passes it by' : 'Harmless by itself',
    ),
    element(
      'p',
      {},
      isAdvised
        ? 'None of these keeps replication from running.'
        : 'None of these would keep replication from running, but what stands above does.',
    ),
    element('ul', {}, groups.map(item)),
  );
}
