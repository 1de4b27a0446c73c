/** The ratios that count, and what is required of them. Each is computed from the runs of one and the same round. */
import {
  CHECKSUMS,
  CONSISTENT,
  CONTENT,
  INDEX,
  LIST,
  QUICK_CHECK,
  READ_METADATA,
  RECONSTRUCT,
  RECONSTRUCT_GUID,
  SHA1SUM,
  SHOW,
  cold,
} from './contenders.js';
import type { GroupName } from './datasets.js';
import { median, type Cost } from './measure.js';

/** A contender on one pair. */
export interface Row {
  readonly group: GroupName;
  readonly label: string;
  readonly mailboxes: number;
  readonly contender: string;
  /** One for each round; none when it was not measured. */
  readonly runs: readonly Cost[];
  readonly whyNot?: string;
}

/** `x`: so many times as fast. `of`: so many times as much. */
export type Unit = 'x' | 'of' | 's' | 'MiB' | 'pairs/s';

export interface Attained {
  readonly data: string;
  readonly what: string;
  readonly unit: Unit;
  readonly floor?: number;
  readonly goal?: number;
  readonly value?: number;
  /** The same ratio of CPU times. */
  readonly cpu?: number;
  readonly whyNot?: string;
}

type Size = 'first' | 'middle' | 'last';
type Figure = (rows: Rows) => Pick<Attained, 'data' | 'value' | 'cpu' | 'whyNot'>;

class Rows {
  constructor(private readonly rows: readonly Row[]) {}

  find(group: GroupName, size: Size, contender: string): Row | undefined {
    const of = this.rows.filter((row) => row.group === group && row.contender === contender);
    return size === 'first' ? of[0] : size === 'middle' ? of.at(-2) : of.at(-1);
  }
}

/** From rows to a figure; what was not measured says why. */
function figure(
  places: readonly (readonly [group: GroupName, size: Size, contender: string])[],
  compute: (rows: readonly Row[]) => Pick<Attained, 'value' | 'cpu'>,
): Figure {
  return (all) => {
    const rows = places.map((place) => all.find(...place));
    const data = rows[0]?.label ?? places[0]![0];
    const missing = rows.find((row) => row === undefined || row.runs.length === 0);
    if (rows.includes(undefined) || missing !== undefined) return { data, whyNot: missing?.whyNot ?? 'not run' };
    return { data, ...compute(rows as Row[]) };
  };
}

const ratio = (above: Row, below: Row, of: 'wallS' | 'cpuS'): number =>
  median(above.runs.map((run, round) => run[of] / below.runs[round]![of]));

const peak = ({ runs }: Row): number => Math.max(...runs.map(({ peakMiB }) => peakMiB));

/** How many times as fast as a peer we are. */
const faster = (group: GroupName, ours: string, peer: string): Figure =>
  figure(
    [
      [group, 'last', ours],
      [group, 'last', peer],
    ],
    ([us, them]) => ({ value: ratio(them!, us!, 'wallS'), cpu: ratio(them!, us!, 'cpuS') }),
  );

const memory = (group: GroupName): Figure =>
  figure([[group, 'last', INDEX]], ([row]) => ({ value: Math.round(peak(row!)) }));

const growth = (group: GroupName, from: Size, of: 'time' | 'memory', contender = INDEX): Figure =>
  figure(
    [
      [group, 'last', contender],
      [group, from, contender],
    ],
    ([large, small]) =>
      of === 'memory'
        ? { value: peak(large!) / peak(small!) }
        : { value: ratio(large!, small!, 'wallS'), cpu: ratio(large!, small!, 'cpuS') },
  );

type Goal = Pick<Attained, 'what' | 'unit' | 'floor' | 'goal'> & { readonly figure: Figure };

const GOALS: readonly Goal[] = [
  {
    what: 'index pipeline per core (CPU time) against only reading',
    unit: 'x',
    floor: 0.25,
    goal: 0.5,
    figure: figure(
      [
        ['records', 'last', INDEX],
        ['records', 'last', READ_METADATA],
      ],
      ([us, them]) => ({ value: ratio(them!, us!, 'cpuS') }),
    ),
  },
  {
    what: 'small mailbox pairs a second (or twice as fast as `rsync -na`)',
    unit: 'pairs/s',
    floor: 30_000,
    goal: 75_000,
    figure: figure([['mailboxes', 'last', INDEX]], ([row]) => ({
      value: Math.round(row!.mailboxes / median(row!.runs.map(({ wallS }) => wallS))),
    })),
  },
  {
    what: 'level index against `rsync -na` (or 30,000 pairs a second)',
    unit: 'x',
    floor: 2,
    figure: faster('mailboxes', INDEX, QUICK_CHECK),
  },
  {
    what: 'level index against `rsync -na`',
    unit: 'x',
    floor: 4,
    goal: 10,
    figure: faster('typical', INDEX, QUICK_CHECK),
  },
  {
    what: 'level index of both sides against `reconstruct -n -r -s` of one',
    unit: 'x',
    floor: 4,
    goal: 10,
    figure: faster('typical', INDEX, RECONSTRUCT),
  },
  {
    what: 'level content against `find | xargs -P2 sha1sum`',
    unit: 'x',
    floor: 1.4,
    goal: 2,
    figure: faster('typical', CONTENT, SHA1SUM),
  },
  {
    what: 'level content against `rsync -nac`',
    unit: 'x',
    floor: 0.8,
    goal: 1.05,
    figure: faster('typical', CONTENT, CHECKSUMS),
  },
  {
    what: 'level content against `rsync -nac`, cold cache',
    unit: 'x',
    floor: 1.4,
    goal: 2,
    figure: faster('typical', cold(CONTENT), cold(CHECKSUMS)),
  },
  {
    what: 'level content of both sides against `reconstruct -n -r -G` of one',
    unit: 'x',
    floor: 2,
    goal: 3,
    figure: faster('typical', CONTENT, RECONSTRUCT_GUID),
  },
  { what: 'peak memory', unit: 'MiB', floor: 256, goal: 128, figure: memory('records') },
  {
    what: 'peak memory against a tenth of the records',
    unit: 'of',
    floor: 1.3,
    figure: growth('records', 'middle', 'memory'),
  },
  { what: 'peak memory', unit: 'MiB', floor: 384, goal: 192, figure: memory('mailboxes') },
  {
    what: 'peak memory against a tenth of the mailboxes',
    unit: 'of',
    floor: 1.5,
    figure: growth('mailboxes', 'middle', 'memory'),
  },
  {
    what: 'time against that of a pair in sync',
    unit: 'of',
    floor: 4,
    figure: growth('drift', 'first', 'time'),
  },
  {
    what: 'peak memory against that of a pair in sync',
    unit: 'of',
    floor: 1.3,
    figure: growth('drift', 'first', 'memory'),
  },
  {
    what: 'reading and judging the list against `cyr_dbtool show`',
    unit: 'x',
    floor: 1 / 3,
    figure: faster('list', LIST, SHOW),
  },
  {
    what: 'reading and judging the list against `cyr_dbtool consistent`',
    unit: 'x',
    figure: faster('list', LIST, CONSISTENT),
  },
  {
    what: 'peak memory against a tenth of the list entries',
    unit: 'of',
    figure: growth('list', 'middle', 'memory', LIST),
  },
  {
    what: 'from start to verdict',
    unit: 's',
    floor: 0.35,
    goal: 0.2,
    figure: figure([['start', 'last', INDEX]], ([row]) => ({ value: median(row!.runs.map(({ wallS }) => wallS)) })),
  },
];

/** Every ratio, those that miss their floor as well. */
export function attain(rows: readonly Row[]): Attained[] {
  const all = new Rows(rows);
  return GOALS.map(({ figure: compute, ...goal }) => ({ ...goal, ...compute(all) }));
}

export type Grade = 'goal' | 'floor' | 'missed' | 'no floor' | 'not measured';

export function gradeOf({ unit, floor, goal, value }: Attained): Grade {
  if (value === undefined) return 'not measured';
  if (floor === undefined) return 'no floor';
  const reaches = (bound: number): boolean => (unit === 'x' || unit === 'pairs/s' ? value >= bound : value <= bound);
  return goal !== undefined && reaches(goal) ? 'goal' : reaches(floor) ? 'floor' : 'missed';
}
