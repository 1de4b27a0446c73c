import type { Report, ReportFinding, ReportSide } from '../../generated/report.js';
import { CLASSES, EFFECTS, type Effect } from '../../model/effects.js';
import { EFFECT_WORDS } from '../effect-words.js';
import { placesWords, type FindingGroup } from '../finding-groups.js';
import { counted, grouped } from '../numbers.js';
import { nothingLookedAt } from '../outcome.js';
import { printable } from '../printable.js';
import { sideName } from '../run-words.js';
import { element, type Child, type Markup } from './element.js';
import { badge, bar, foreign, NOTHING_LOOKED_AT, section } from './small-parts.js';

/** Kinds of findings in the chart; the rest is added up. */
const MAX_KINDS = 15;

/** A picture of the pair: the two sides, what would flow between them, mailboxes by class, drift by kind and effect. */
export function picturePart(report: Report, groups: readonly FindingGroup[]): Markup {
  const effects = countEffects(report);
  const isBlank = nothingLookedAt(report);
  return section(
    'picture',
    report.command === 'check' ? 'The side' : 'The pair',
    pairFigure(report, effects),
    isBlank ? element('p', { class: 'strong' }, NOTHING_LOOKED_AT) : undefined,
    element(
      'div',
      { class: 'charts' },
      isBlank ? undefined : classChart('Mailboxes by class', report.counts.mailboxes),
      report.counts.users.clean + report.users.length > 0
        ? classChart('Users by class', report.counts.users)
        : undefined,
      kindChart(groups),
      effects.listed > 0 && report.command === 'compare' ? effectChart(effects) : undefined,
    ),
  );
}

interface EffectCounts {
  /** Findings that have the effect, of those that the report lists. */
  readonly by: ReadonlyMap<Effect, number>;
  /** Findings with an effect on the replica, on the master, and so on. */
  readonly flows: Readonly<Record<FlowName, number>>;
  readonly listed: number;
}

const FLOWS = {
  replica: [
    'copy-to-replica',
    'update-replica',
    'expunge-on-replica',
    'rename-on-replica',
    'delete-on-replica',
    'overwrite-on-replica',
  ],
  master: ['copy-back-to-master', 'update-master', 'expunge-on-master'],
  blocked: ['blocked'],
  unseen: ['unseen'],
} as const satisfies Readonly<Record<string, readonly Effect[]>>;
type FlowName = keyof typeof FLOWS;

function countEffects(report: Report): EffectCounts {
  const by = new Map<Effect, number>();
  const flows: Record<FlowName, number> = { replica: 0, master: 0, blocked: 0, unseen: 0 };
  let listed = 0;
  const add = ({ effects = [] }: ReportFinding): void => {
    if (effects.length > 0) listed += 1;
    for (const effect of effects) by.set(effect, (by.get(effect) ?? 0) + 1);
    for (const [flow, members] of Object.entries(FLOWS) as [FlowName, readonly Effect[]][])
      if (effects.some((effect) => members.includes(effect))) flows[flow] += 1;
  };
  report.findings.forEach(add);
  for (const { findings } of [...report.mailboxes, ...report.users]) findings.forEach(add);
  return { by, flows, listed };
}

function pairFigure(report: Report, effects: EffectCounts): Markup {
  const [master, replica] = report.sides;
  const isBlank = nothingLookedAt(report);
  return element(
    'div',
    { class: report.command === 'check' ? 'pair single' : 'pair' },
    master === undefined ? undefined : sideBox(master, isBlank),
    report.command === 'check' ? undefined : isBlank ? notCompared() : flowPicture(effects.flows),
    replica === undefined ? undefined : sideBox(replica, isBlank),
  );
}

const notCompared = (): Markup => element('p', { class: 'not-seen middle' }, 'not compared');

function sideBox(side: ReportSide, isBlank: boolean): Markup {
  const seen = (count: number): Child =>
    isBlank ? element('span', { class: 'not-seen' }, 'not looked at') : grouped(count);
  const rows: [string, Child][] = [
    ['mailboxes', seen(side.mailboxes)],
    ['records', seen(side.records)],
    ['message files', seen(side.files)],
    ['partitions', grouped(side.partitions.length)],
    ['Cyrus', printable(side.engine)],
  ];
  return element(
    'div',
    { class: `box ${side.role}` },
    element('h3', {}, sideName(side)),
    element('p', {}, foreign(printable(side.config))),
    element(
      'dl',
      {},
      rows.map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value))),
    ),
  );
}

const FLOW_WORDS: Readonly<Record<FlowName, string>> = {
  replica: 'would change the replica',
  master: 'would change the master',
  blocked: 'would stop it with an error',
  unseen: 'it would not notice',
};

/** What replication would do, as arrows; the wider, the more findings (by powers of ten). */
function flowPicture(flows: EffectCounts['flows']): Markup {
  const words = (Object.keys(FLOWS) as FlowName[]).map((flow) => `${grouped(flows[flow])} ${FLOW_WORDS[flow]}`);
  const label = `Of the listed findings: ${words.join(', ')}.`;
  return element(
    'svg',
    { class: 'flows', viewBox: '0 0 280 190', role: 'img', 'aria-label': label },
    (Object.keys(FLOWS) as FlowName[]).map((flow, n) => {
      const y = 28 + n * 46;
      const count = flows[flow];
      return element(
        'g',
        { class: `flow ${flow}${count === 0 ? ' empty' : ''}` },
        element('text', { x: 140, y: y - 10, 'text-anchor': 'middle' }, `${grouped(count)} ${FLOW_WORDS[flow]}`),
        arrow(flow, y + 6, Math.min(14, 2 + 2.4 * Math.log10(count + 1))),
      );
    }),
  );
}

function arrow(flow: FlowName, y: number, width: number): Child {
  const w = Math.round(width * 10) / 10;
  const head = w / 2 + 5;
  switch (flow) {
    case 'replica':
      return [
        element('path', { class: 'shaft', 'stroke-width': w, d: `M12 ${y}H256` }),
        element('path', { class: 'head', d: `M254 ${y - head}L270 ${y}L254 ${y + head}Z` }),
      ];
    case 'master':
      return [
        element('path', { class: 'shaft', 'stroke-width': w, d: `M24 ${y}H268` }),
        element('path', { class: 'head', d: `M26 ${y - head}L10 ${y}L26 ${y + head}Z` }),
      ];
    case 'blocked':
      return [
        element('path', { class: 'shaft', 'stroke-width': w, d: `M12 ${y}H132` }),
        element('path', { class: 'cross', d: `M134 ${y - 8}l16 16m0 -16l-16 16` }),
      ];
    case 'unseen':
      return element('path', { class: 'shaft dashed', 'stroke-width': Math.min(w, 4), d: `M12 ${y}H268` });
  }
}

function classChart(heading: string, counts: Report['counts']['mailboxes']): Markup {
  const total = CLASSES.reduce((sum, name) => sum + counts[name], 0);
  let x = 0;
  const segments = CLASSES.flatMap((name) => {
    if (counts[name] === 0) return [];
    // Three mailboxes of a million are still to be seen.
    const width = Math.max(0.6, (counts[name] / total) * 100);
    const rect = element('rect', { class: name, x: round(x), width: round(width), height: 10 });
    x += width;
    return [rect];
  });
  return element(
    'figure',
    {},
    element('figcaption', {}, `${heading} (${grouped(total)})`),
    element(
      'svg',
      {
        class: 'stack',
        viewBox: `0 0 ${round(Math.max(x, 1))} 10`,
        preserveAspectRatio: 'none',
        'aria-hidden': 'true',
      },
      segments,
    ),
    element(
      'ul',
      { class: 'legend' },
      CLASSES.map((name) =>
        element('li', {}, element('span', { class: `swatch ${name}` }), ' ', grouped(counts[name]), ' ', name),
      ),
    ),
  );
}

const round = (x: number): number => Math.round(x * 100) / 100;

function kindChart(groups: readonly FindingGroup[]): Markup | undefined {
  const largest = [...groups].sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
  const shown = largest.slice(0, MAX_KINDS);
  const rest = largest.slice(MAX_KINDS);
  const max = Math.max(1, ...shown.map(({ count }) => count));
  return chart(
    'Drift by kind',
    shown.map((group) => ({
      label: [badge(group.findingClass), ' ', element('code', {}, group.code)],
      title: placesWords(group),
      bar: bar(group.count / max, group.findingClass),
      count: group.count,
    })),
    rest.length === 0
      ? undefined
      : `and ${counted(
          rest.reduce((sum, { count }) => sum + count, 0),
          'finding',
        )} of ${counted(rest.length, 'rarer kind')}`,
  );
}

function effectChart({ by, listed }: EffectCounts): Markup | undefined {
  const shown = EFFECTS.filter((effect) => by.has(effect));
  const max = Math.max(1, ...by.values());
  return chart(
    'Drift by what replication would do',
    shown.map((effect) => ({
      label: [EFFECT_WORDS[effect]],
      bar: bar(by.get(effect)! / max, 'effect'),
      count: by.get(effect)!,
    })),
    `Of ${counted(listed, 'listed finding')}; one may have several effects.`,
  );
}

interface ChartRow {
  readonly label: readonly Child[];
  readonly title?: string;
  readonly bar: Markup;
  readonly count: number;
}

function chart(heading: string, rows: readonly ChartRow[], note: string | undefined): Markup | undefined {
  if (rows.length === 0) return undefined;
  return element(
    'figure',
    {},
    element('figcaption', {}, heading),
    element(
      'table',
      { class: 'chart' },
      element(
        'tbody',
        {},
        rows.map(({ label, title, bar: drawn, count }) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row', title: title === '' ? undefined : title }, label),
            element('td', { class: 'drawn' }, drawn),
            element('td', { class: 'number' }, grouped(count)),
          ),
        ),
      ),
    ),
    note === undefined ? undefined : element('p', { class: 'note' }, note),
  );
}
