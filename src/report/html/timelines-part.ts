import type { Report, ReportMailbox } from '../../generated/report.js';
import { CLASSES } from '../../model/effects.js';
import { counted, grouped } from '../numbers.js';
import { printableMboxname } from '../printable.js';
import { element, type Markup } from './element.js';
import { badge, foreign, section } from './small-parts.js';
import { holderOf, timelineWords, uidTimeline, type UidMark } from './uid-timeline.js';

const MAX_TIMELINES = 8;
/** Of mailboxes that only wait for messages of the master, enough to see what lag looks like. */
const MAX_LAGGING = 2;

interface Parted {
  readonly mailbox: ReportMailbox;
  readonly marks: readonly UidMark[];
  readonly notListed: number;
  /** The replica has something that the master lacks, or the two hold different messages. */
  readonly isSplit: boolean;
}

/** Where the two sides part, mailbox by mailbox; undefined when they hold the same messages. */
export function timelinesPart(report: Report): { readonly heading: string; readonly part: Markup } | undefined {
  const parted = report.mailboxes.flatMap((mailbox) => partedMailbox(mailbox) ?? []).sort(worstFirst);
  const split = parted.filter(({ isSplit }) => isSplit);
  const lagging = parted.filter(({ isSplit }) => !isSplit);
  const shown = [...split.slice(0, MAX_TIMELINES), ...lagging.slice(0, split.length === 0 ? MAX_LAGGING : 0)];
  if (shown.length === 0) return undefined;
  const isSplitBrain = split.length > 0;
  const rest = isSplitBrain ? split.length - shown.length : lagging.length - shown.length;
  const heading = isSplitBrain ? 'Where the two sides part' : 'What the replica has not received yet';
  const part = section(
    'parts',
    heading,
    element('p', { class: 'lead' }, leadWords(split.length, lagging.length)),
    element(
      'ul',
      { class: 'legend' },
      (['master', 'replica'] as const).map((side) =>
        element('li', {}, element('span', { class: `swatch ${side}` }), ` only on the ${side}`),
      ),
      element('li', {}, element('span', { class: 'swatch differs' }), ' different messages under one UID'),
      element('li', {}, element('span', { class: 'swatch same' }), ' the same on both'),
    ),
    shown.map(figure),
    rest > 0
      ? element(
          'p',
          { class: 'note' },
          `${counted(rest, 'more mailbox', 'more mailboxes')}: the explanation of a finding in the list shows the timeline of its mailbox.`,
        )
      : undefined,
  );
  return { heading, part };
}

function partedMailbox(mailbox: ReportMailbox): Parted | undefined {
  const marks = mailbox.findings.flatMap(({ code, uid }): UidMark[] => {
    const holder = holderOf(code);
    return uid === undefined || holder === undefined ? [] : [{ uid, holder }];
  });
  if (marks.length === 0) return undefined;
  const notListed = Object.entries(mailbox.notListed ?? {}).reduce(
    (sum, [code, count]) => sum + (holderOf(code) === undefined ? 0 : count),
    0,
  );
  return { mailbox, marks, notListed, isSplit: marks.some(({ holder }) => holder !== 'master') };
}

function worstFirst(a: Parted, b: Parted): number {
  return (
    CLASSES.indexOf(b.mailbox.class) - CLASSES.indexOf(a.mailbox.class) ||
    b.marks.length + b.notListed - (a.marks.length + a.notListed)
  );
}

function leadWords(split: number, lagging: number): string {
  const lag = `${counted(lagging, 'mailbox waits', 'mailboxes wait')} for messages of the master`;
  if (split === 0) return `${lag}: ordinary lag.`;
  const parted = `In ${counted(split, 'mailbox', 'mailboxes')} the replica holds messages that the master has not, or other ones under the same UID.`;
  return lagging === 0 ? parted : `${parted} ${lag} besides.`;
}

function figure({ mailbox, marks, notListed }: Parted): Markup {
  return element(
    'figure',
    { class: 'parted' },
    element('figcaption', {}, badge(mailbox.class), ' ', foreign(printableMboxname(mailbox.mboxname))),
    element('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'UID timeline' }, uidTimeline(marks)),
    element(
      'p',
      {},
      timelineWords(marks),
      notListed > 0 ? ` ${grouped(notListed)} more are counted but not listed in the report.` : '',
    ),
  );
}
