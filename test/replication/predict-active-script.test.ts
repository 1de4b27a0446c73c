import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PredictedRecord } from '../../src/replication/apply-prediction.js';
import { predictActiveScript, type SieveMailboxSide } from '../../src/replication/predict-active-script.js';

/** `1 2*` : two scripts, the second is active; `-1` is expunged, `-1*` was active when it was. */
const records = (text: string): PredictedRecord[] =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [, expunged, uid, active] = /^(-?)(\d+)(\*?)$/.exec(word)!;
      return {
        uid: Number(uid),
        guid: uid!,
        expunged: expunged === '-',
        flags: active === '*' ? ['\\Flagged'] : [],
      };
    });

const side = (before: string, after: string, link?: string, hasBytecode = link !== undefined): SieveMailboxSide => ({
  before: records(before),
  after: records(after),
  hasBytecode,
  ...(link === undefined ? {} : { link }),
});

describe('predictActiveScript', () => {
  test.each([
    ['nothing changes', side('1* 2', '1* 2', 'a'), side('1* 2', '1* 2', 'a'), [], false],
    ['the mark moves up on the master', side('1 2*', '1 2*', 'b'), side('1* 2', '1 2*', 'a'), [], false],
    ['the mark moves down on the master', side('1* 2', '1* 2', 'a'), side('1 2*', '1* 2', 'b'), ['replica'], false],
    ['the mark moves down on the replica', side('1 2*', '1* 2', 'b'), side('1* 2', '1* 2', 'a'), ['master'], false],
    ['none is active any more', side('1 2', '1 2'), side('1* 2', '1 2', 'a'), [], false],
    ['the active script is replaced', side('-1 2*', '-1 2*', 'a'), side('1*', '-1 2*', 'a'), [], false],
    ['it is put off and removed in one go', side('-1', '-1'), side('1*', '-1', 'a'), [], false],
    ['no link on the replica', side('1*', '1*', 'a'), side('1*', '1*'), [], true],
    ['no link on the master', side('1*', '1*'), side('1*', '1*', 'a'), [], true],
    ['no link on either side', side('1*', '1*'), side('1*', '1*'), [], false],
    ['links to different scripts', side('1*', '1*', 'a'), side('1*', '1*', 'b'), [], true],
    ['a link that leads nowhere', side('1', '1'), side('1', '1', 'gone', false), [], false],
    ['a link that is still run', side('1', '1'), side('1', '1', 'a'), [], true],
    ['what a link names is compiled again', side('1*', '1*', 'a'), side('1*', '1*', 'a', false), [], false],
    ['each side chose another', side('1 2* 3', '1 2* 3*', 'b'), side('1 2 3*', '1 2* 3*', 'c'), [], true],
    ['a link that was missing is made', side('1 2*', '1 2*', 'b'), side('1 2', '1 2*'), [], false],
  ] as const)('%s', (_what, master, replica, lostOn, differs) => {
    expect(predictActiveScript(master, replica)).toEqual({ lostOn, differs });
  });

  test('two sides that are the same run the same', () => {
    const marks = fc.array(fc.boolean(), { maxLength: 6 });
    fc.assert(
      fc.property(marks, marks, fc.option(fc.constantFrom('a', 'b'), { nil: undefined }), (before, after, link) => {
        const text = (of: readonly boolean[]): string =>
          of.map((mark, i) => `${String(i + 1)}${mark ? '*' : ''}`).join(' ');
        const one = side(text(before), text(after), link);
        expect(predictActiveScript(one, one).differs).toBe(false);
      }),
    );
  });
});
