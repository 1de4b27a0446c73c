import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MailboxResult } from '../../src/audit/collect-findings.js';
import { ListedFindings } from '../../src/audit/listed-findings.js';
import type { FindingClass, ReportedFinding } from '../../src/model/effects.js';

const CAP = 100;
/** A few codes, each with its class. */
const CODES: readonly (readonly [code: string, of: FindingClass])[] = [
  ['lagging', 'safe'],
  ['flags-pending', 'safe'],
  ['uid-clash', 'admin'],
];

function mailbox(name: string, numbers: readonly number[]): MailboxResult {
  const findings: ReportedFinding[] = [];
  for (const [i, n] of numbers.entries()) {
    const [code, of] = CODES[i]!;
    for (let uid = 1; uid <= Math.min(n, CAP); uid++) findings.push({ code, class: of, uid, facts: {} });
  }
  const counts = Object.fromEntries(numbers.map((n, i) => [CODES[i]![0], n]));
  return { mboxname: name, uniqueid: name, userid: undefined, class: 'admin', findings, counts };
}

/** What is left of mailboxes that come in one batch after the other. */
function collect(batches: readonly (readonly MailboxResult[])[], most: number) {
  const kept: MailboxResult[] = [];
  const listing = new ListedFindings([kept], CAP, most);
  for (const batch of batches) {
    for (const one of batch) kept.push(listing.take(one));
    listing.settle();
  }
  kept.sort((a, b) => (a.mboxname < b.mboxname ? -1 : 1));
  return { kept, lowered: listing.lowered };
}

const listed = (kept: readonly MailboxResult[], of: string): number =>
  kept.reduce((sum, { findings }) => sum + findings.filter((finding) => finding.class === of).length, 0);

const numbers = fc.tuple(...CODES.map(() => fc.integer({ min: 0, max: 3 * CAP })));
const mailboxes = fc
  .array(numbers, { minLength: 1, maxLength: 30 })
  .map((all) => all.map((of, i) => mailbox(`user.u${String(i)}`, of)));

test('what is listed does not depend on the order or the batches in which mailboxes come', () => {
  fc.assert(
    fc.property(mailboxes, fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 7 }), (all, most, size) => {
      const batches: MailboxResult[][] = [];
      for (let i = 0; i < all.length; i += size) batches.push(all.slice(i, i + size));
      const whole = collect([all], most);
      expect(collect(batches, most)).toEqual(whole);
      expect(collect([...batches].reverse(), most)).toEqual(whole);
    }),
  );
});

test('no class has more than it may, unless one of each code and mailbox is more', () => {
  fc.assert(
    fc.property(mailboxes, fc.integer({ min: 1, max: 2000 }), (all, most) => {
      const { kept, lowered } = collect([all], most);
      for (const of of ['safe', 'admin'] as const) {
        const cap = lowered?.[of] ?? CAP;
        if (cap > 1) expect(listed(kept, of)).toBeLessThanOrEqual(most);
        // Not less than needed: with twice the cap it would be too many.
        if (cap < CAP) {
          const before = Math.min(CAP, 2 * cap);
          const wouldBe = all.flatMap(({ findings }) =>
            CODES.filter(([, c]) => c === of).map(([code]) =>
              Math.min(before, findings.filter((f) => f.code === code).length),
            ),
          );
          expect(wouldBe.reduce((a, b) => a + b, 0)).toBeGreaterThan(most);
        }
      }
      for (const [i, { findings, counts }] of kept.entries()) {
        const original = all.find(({ mboxname }) => mboxname === kept[i]!.mboxname)!;
        expect(counts).toEqual(original.counts);
        for (const [code, of] of CODES) {
          const cap = lowered?.[of] ?? CAP;
          // The first ones by UID.
          expect(findings.filter((f) => f.code === code)).toEqual(
            original.findings.filter((f) => f.code === code).slice(0, cap),
          );
        }
      }
    }),
  );
});

test('many of one class leave the others as they are', () => {
  const all = Array.from({ length: 20 }, (_, i) => mailbox(`user.u${String(i)}`, [100, 0, 100]));
  const { kept, lowered } = collect([all], 2000);
  expect(lowered).toBeUndefined();
  const less = collect([...all.map((one) => [one]), [mailbox('user.v', [100, 100, 0])]], 2000);
  expect(less.lowered).toEqual({ safe: 50 });
  expect([listed(kept, 'admin'), listed(less.kept, 'admin'), listed(less.kept, 'safe')]).toEqual([2000, 2000, 1100]);
});
