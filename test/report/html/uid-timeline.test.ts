import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../../src/findings/catalogue.js';
import { toHtml } from '../../../src/report/html/element.js';
import { holderOf, HOLDERS, timelineWords, uidTimeline, type UidMark } from '../../../src/report/html/uid-timeline.js';

test('findings that say who holds a message are findings of the catalogue', () => {
  expect(Object.keys(HOLDERS).filter((code) => !catalogue.has(code))).toEqual([]);
});

test.each(Object.entries(HOLDERS))('the facts of %s tell of one message or of two: %s', (code, holder) => {
  const { example } = catalogue.get(code)!;
  expect('masterGuid' in example && 'replicaGuid' in example).toBe(holder === 'both');
});

test.each(['constructor', 'flags-pending'])('nobody holds what %s tells of', (code) => {
  expect(holderOf(code)).toBeUndefined();
});

test('more messages than a call takes arguments', () => {
  const marks = Array.from({ length: 300_000 }, (_, n): UidMark => ({ uid: n + 7, holder: 'replica' }));
  expect(timelineWords(marks)).toBe('The sides part at UID 7. From there on: 300,000 messages only on the replica.');
});

describe('the words', () => {
  test.each<[string, UidMark[]]>([
    ['The sides part at UID 4. From there on: different messages under 1 UID.', [{ uid: 4, holder: 'both' }]],
    [
      'The sides part at UID 3. From there on: 2 messages only on the master, 1 message only on the replica, different messages under 1 UID.',
      [
        { uid: 9, holder: 'both' },
        { uid: 3, holder: 'master' },
        { uid: 5, holder: 'replica' },
        { uid: 4, holder: 'master' },
      ],
    ],
  ])('%s', (words, marks) => {
    expect(timelineWords(marks)).toBe(words);
  });
});

test('each UID stands in both lanes, and what does not differ between them once', () => {
  const html = toHtml(
    uidTimeline([
      { uid: 10, holder: 'master' },
      { uid: 11, holder: 'replica' },
      { uid: 500, holder: 'both' },
    ]),
  );
  const boxes = [...html.matchAll(/<rect class="lane ([a-z ]+)"/g)].map(([, kind]) => kind);
  const before = ['same', 'same'];
  expect(boxes).toEqual([
    ...before,
    ...['master', 'missing'],
    ...['missing', 'replica'],
    ...['same', 'same'],
    ...['master differs', 'replica differs'],
  ]);
  expect(html).toContain('<title>UID 11: only on the replica</title>');
  expect([...html.matchAll(/y="92"[^>]*>(\d+)</g)].map(([, uid]) => uid)).toEqual(['10', '500']);
});

test('however many there are, all is inside the drawing and no label lies on another', () => {
  const mark = fc.record({
    uid: fc.integer({ min: 1, max: 4294967295 }),
    holder: fc.constantFrom('master' as const, 'replica' as const, 'both' as const),
  });
  fc.assert(
    fc.property(fc.array(mark, { minLength: 1, maxLength: 600 }), (marks) => {
      const html = toHtml(uidTimeline(marks));
      expect(html).not.toMatch(/NaN|Infinity|undefined/);
      for (const [, x, width] of html.matchAll(/x="([\d.]+)" y="\d+" width="([\d.]+)"/g))
        expect(Number(x) + Number(width)).toBeLessThanOrEqual(720.6);
      let free = 0;
      for (const [, x, anchor, text] of html.matchAll(/<text x="([\d.]+)" y="92"( text-anchor="end")?>(\d+)</g)) {
        const width = text!.length * 7.5;
        const left = anchor === undefined ? Number(x) : Number(x) - width;
        expect(left).toBeGreaterThanOrEqual(free);
        free = left + width;
      }
      expect(free).toBeLessThanOrEqual(722);
    }),
    { numRuns: 30 },
  );
});
