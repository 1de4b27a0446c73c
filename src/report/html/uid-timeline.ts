import { counted } from '../numbers.js';
import { element, type Markup } from './element.js';

/** Which side holds a message under a UID that the other one lacks; `both`: they hold different ones. */
export type Holder = 'master' | 'replica' | 'both';

export interface UidMark {
  readonly uid: number;
  readonly holder: Holder;
}

/** Findings that say who holds what under their UID. All others (flags, expunges, damage) do not show in a timeline. */
export const HOLDERS: Readonly<Record<string, Holder>> = {
  'record-only-on-master': 'master',
  'record-renumbered': 'master',
  'hole-on-replica-unseen': 'master',
  'record-only-on-replica': 'replica',
  'record-copied-back-renumbered': 'replica',
  'record-copied-back-twice': 'replica',
  'record-discarded-on-replica': 'replica',
  'record-lost-to-deleted-mailbox': 'replica',
  'copyback-refused': 'replica',
  'hole-on-master-unseen': 'replica',
  'guid-mismatch': 'both',
  'guid-mismatch-one-expunged': 'both',
  'guid-mismatch-unseen': 'both',
  'expunge-beats-other-message': 'both',
};

export const holderOf = (code: string): Holder | undefined =>
  Object.hasOwn(HOLDERS, code) ? HOLDERS[code] : undefined;

/** Units of the drawing. */
const WIDTH = 720;
const LEFT = 64;
const COMMON = 96;
const MAX_CELL = 26;
const LANES: Readonly<Record<'master' | 'replica', number>> = { master: 22, replica: 54 };
const LANE_HEIGHT = 22;
const DIGIT = 8.5;

/** How many messages each side has that the other lacks, in words, and from which UID on. */
export function timelineWords(marks: readonly UidMark[]): string {
  const count = (holder: Holder): number => marks.filter((mark) => mark.holder === holder).length;
  const first = marks.reduce((least, { uid }) => Math.min(least, uid), Infinity);
  const words = [
    [count('master'), (n: number) => `${counted(n, 'message')} only on the master`] as const,
    [count('replica'), (n: number) => `${counted(n, 'message')} only on the replica`] as const,
    [count('both'), (n: number) => `different messages under ${counted(n, 'UID')}`] as const,
  ].flatMap(([n, tell]) => (n > 0 ? [tell(n)] : []));
  return `The sides part at UID ${first}. From there on: ${words.join(', ')}.`;
}

/**
 * Two lanes over the UIDs that differ, in their order. UIDs between them that do not differ are one narrow cell,
 * however many there are: what matters is what each side has after they parted.
 */
export function uidTimeline(marks: readonly UidMark[]): Markup {
  const cells = cellsOf(marks);
  const cell = Math.min(MAX_CELL, (WIDTH - LEFT - COMMON) / cells.length);
  const start = LEFT + COMMON;
  const gap = cell > 6 ? 2 : 0;
  const right = start + cells.length * cell;
  const boxes = cells.flatMap((mark, at) => {
    const x = start + at * cell;
    if (mark === undefined)
      return [laneBox('same', x, cell - gap, 'master'), laneBox('same', x, cell - gap, 'replica')];
    const { uid, holder } = mark;
    const lane = (side: 'master' | 'replica'): Markup => {
      const kind = holder === 'both' ? `${side} differs` : holder === side ? side : 'missing';
      const words = holder === 'both' ? 'a different message on each side' : `only on the ${holder}`;
      return laneBox(kind, x, cell - gap, side, `UID ${uid}: ${words}`);
    };
    return [lane('master'), lane('replica')];
  });
  const uids = cells.map((mark) => mark?.uid);
  return element(
    'svg',
    { class: 'timeline', viewBox: `0 0 ${WIDTH} 100`, role: 'img', 'aria-label': timelineWords(marks) },
    element('text', { x: 0, y: LANES.master + 16 }, 'master'),
    element('text', { x: 0, y: LANES.replica + 16 }, 'replica'),
    laneBox('same', LEFT, COMMON - 6, 'master'),
    laneBox('same', LEFT, COMMON - 6, 'replica'),
    element('text', { x: LEFT + 6, y: LANES.master + 16, class: 'inside' }, 'the same'),
    boxes,
    element('path', { class: 'parting', d: `M${start - 3} 8V92` }),
    element('text', { x: start + 2, y: 14, class: 'strong' }, `part at UID ${uids[0] ?? 0}`),
    uidLabels(uids, start, cell, right),
  );
}

/** The differing UIDs in order, with `undefined` where some between them do not differ. */
function cellsOf(marks: readonly UidMark[]): (UidMark | undefined)[] {
  const byUid = new Map<number, Holder>();
  for (const { uid, holder } of marks) {
    const before = byUid.get(uid);
    byUid.set(uid, before === undefined || before === holder ? holder : 'both');
  }
  const cells: (UidMark | undefined)[] = [];
  let last: number | undefined;
  for (const [uid, holder] of [...byUid].sort(([a], [b]) => a - b)) {
    if (last !== undefined && uid !== last + 1) cells.push(undefined);
    cells.push({ uid, holder });
    last = uid;
  }
  return cells;
}

function laneBox(kind: string, x: number, width: number, lane: 'master' | 'replica', title?: string): Markup {
  return element(
    'rect',
    { class: `lane ${kind}`, x: round(x), y: LANES[lane], width: round(Math.max(width, 0.5)), height: LANE_HEIGHT },
    title === undefined ? undefined : element('title', {}, title),
  );
}

/** The UID below the first cell of each run, as far as there is room, and below the last cell. */
function uidLabels(uids: readonly (number | undefined)[], start: number, cell: number, right: number): Markup[] {
  const widthOf = (uid: number): number => String(uid).length * DIGIT + 8;
  const last = uids.at(-1) ?? 0;
  const labels: Markup[] = [];
  let free = start;
  for (const [at, uid] of uids.entries()) {
    const isStart = uid !== undefined && (at === 0 || uids[at - 1] === undefined);
    const x = start + at * cell;
    if (!isStart || x < free || (at > 0 && x + widthOf(uid) > right - widthOf(last))) continue;
    labels.push(element('text', { x: round(x), y: 92 }, String(uid)));
    free = x + widthOf(uid);
  }
  if (uids.length > 1 && right - widthOf(last) >= free)
    labels.push(element('text', { x: round(right), y: 92, 'text-anchor': 'end' }, String(last)));
  return labels;
}

const round = (x: number): number => Math.round(x * 100) / 100;
