import { expect, test } from 'vitest';
import { compareSieve, type SieveDifference, type SieveState } from '../../src/compare/sieve-scripts.js';

/** `name sha1 changed`, ...; then the active one and when the directory changed. */
const state = (scripts: string, active?: string, changed?: number): SieveState => ({
  scripts: new Map(
    scripts
      .split(',')
      .filter((script) => script !== '')
      .map((script): [string, { sha1: string; changed: number }] => {
        const [name, sha1, at] = script.trim().split(' ') as [string, string, string];
        return [name, { sha1, changed: Number(at) }];
      }),
  ),
  ...(active === undefined ? {} : { active }),
  ...(changed === undefined ? {} : { changed }),
});

const shown = (difference: SieveDifference): string =>
  [
    ...(difference.kind === 'sieve-script'
      ? [difference.name, difference.change]
      : ['active', `${difference.master ?? '-'}/${difference.replica ?? '-'}`]),
    ...(difference.isLag ? ['lag'] : []),
  ].join(' ');

const quiet = { by: 'content', logged: false } as const;
const logged = { by: 'content', logged: true } as const;

test.each([
  ['the same', state('a x 5', 'a'), state('a x 5', 'a'), quiet, []],
  ['the same at another time', state('a x 5'), state('a x 9'), quiet, []],
  ['only on the master', state('a x 5'), state(''), quiet, ['a only-on-master lag']],
  ['only on the replica', state('', undefined, 9), state('a x 5'), quiet, ['a only-on-replica']],
  ['deleted on the master', state('', undefined, 9), state('a x 5'), logged, ['a only-on-replica lag']],
  ['newer than the last delete', state('', undefined, 4), state('a x 5'), logged, ['a only-on-replica']],
  ['no directory on the master', state(''), state('a x 5'), logged, ['a only-on-replica']],
  ['changed on the master', state('a y 6'), state('a x 5'), logged, ['a replaced lag']],
  ['changed, and no line says where', state('a y 6'), state('a x 5'), quiet, ['a replaced']],
  ['changed on the replica', state('a x 5'), state('a y 6'), logged, ['a replaced']],
  ['by time, newer on the replica', state('a x 5'), state('a y 6'), { by: 'time', logged: true }, ['a unseen']],
  ['by time, equally old', state('a x 5'), state('a y 5'), { by: 'time', logged: true }, ['a unseen']],
  ['by time, newer on the master', state('a x 6'), state('a y 5'), { by: 'time', logged: true }, ['a replaced lag']],
  ['another is active', state('', 'a'), state('', 'b'), quiet, ['active a/b']],
  ['another was activated', state('', 'a'), state('', 'b'), logged, ['active a/b lag']],
  ['none is active on the replica', state('', 'a'), state(''), quiet, ['active a/- lag']],
  ['none is active on the master', state(''), state('', 'b'), quiet, ['active -/b']],
] as const)('%s', (_what, master, replica, evidence, expected) => {
  expect(compareSieve(master, replica, evidence).map(shown)).toEqual(expected);
});
