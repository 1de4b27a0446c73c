/**
 * Findings on their way between threads. Structured cloning writes every string of every finding anew, and the thread
 * that reads them keeps a copy of each: of a mailbox with many differences all but the UID is mostly the same.
 */
import type { Facts, ReportedFinding } from '../model/effects.js';
import type { UnitResult, UnsettledUnit } from '../audit/unit-result.js';

/** All of a finding but where it is and what exactly was found. */
type Head = Pick<ReportedFinding, 'code' | 'class' | 'side' | 'effects'>;

interface PackedFindings {
  readonly heads: readonly Head[];
  readonly facts: readonly Facts[];
  /** Three numbers for each finding: its head, its facts, its UID. */
  readonly rows: Float64Array;
}

type Packed<T extends { readonly findings: unknown }> = Omit<T, 'findings'> & { readonly findings: PackedFindings };

/** What a worker found, as it is sent. */
export type PackedResult = Omit<UnitResult, 'mailboxes' | 'unsettled'> & {
  readonly mailboxes: readonly Packed<UnitResult['mailboxes'][number]>[];
  readonly unsettled: readonly (Omit<UnsettledUnit, 'told'> & { readonly told?: PackedResult })[];
};

const NO_UID = -1;

export function packResult({ mailboxes, unsettled, ...result }: UnitResult): PackedResult {
  return {
    ...result,
    mailboxes: mailboxes.map((mailbox) => ({ ...mailbox, findings: packFindings(mailbox.findings) })),
    unsettled: unsettled.map(({ told, ...unit }) => (told === undefined ? unit : { ...unit, told: packResult(told) })),
  };
}

/** Facts and lists of effects are shared by the findings that have the same ones. */
export function unpackResult({ mailboxes, unsettled, ...result }: PackedResult): UnitResult {
  return {
    ...result,
    mailboxes: mailboxes.map((mailbox) => ({ ...mailbox, findings: unpackFindings(mailbox.findings) })),
    unsettled: unsettled.map(({ told, ...unit }) =>
      told === undefined ? unit : { ...unit, told: unpackResult(told) },
    ),
  };
}

function packFindings(findings: readonly ReportedFinding[]): PackedFindings {
  const heads = new Numbered<Head>();
  const facts = new Numbered<Facts>();
  const rows = new Float64Array(3 * findings.length);
  let at = 0;
  for (const { code, class: of, side, uid = NO_UID, facts: ofFinding, effects } of findings) {
    rows[at++] = heads.numberOf(`${code} ${of} ${side ?? ''} ${effects?.join() ?? ''}`, () => ({
      code,
      class: of,
      ...(side === undefined ? {} : { side }),
      ...(effects === undefined ? {} : { effects }),
    }));
    rows[at++] = facts.numberOf(JSON.stringify(ofFinding), () => ofFinding);
    rows[at++] = uid;
  }
  return { heads: heads.items, facts: facts.items, rows };
}

function unpackFindings({ heads, facts, rows }: PackedFindings): ReportedFinding[] {
  const findings: ReportedFinding[] = [];
  for (let at = 0; at < rows.length; at += 3) {
    const uid = rows[at + 2]!;
    findings.push(toFinding(heads[rows[at]!]!, facts[rows[at + 1]!]!, uid === NO_UID ? undefined : asInteger(uid)));
  }
  return findings;
}

/** From an array of doubles comes an object of its own for each number; an integer is kept in the finding itself. */
const asInteger = (n: number): number => ((n | 0) === n ? n | 0 : n);

/** Written out, as V8 then keeps a finding in one piece: added one by one, its properties take half as much again. */
function toFinding({ code, class: of, side, effects }: Head, facts: Facts, uid: number | undefined): ReportedFinding {
  if (side === undefined) {
    if (uid === undefined)
      return effects === undefined ? { code, class: of, facts } : { code, class: of, facts, effects };
    return effects === undefined ? { code, class: of, uid, facts } : { code, class: of, uid, facts, effects };
  }
  if (uid === undefined)
    return effects === undefined ? { code, class: of, side, facts } : { code, class: of, side, facts, effects };
  return effects === undefined ? { code, class: of, side, uid, facts } : { code, class: of, side, uid, facts, effects };
}

/** Things numbered in the order in which they first came. */
class Numbered<T> {
  readonly items: T[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(key: string, item: () => T): number {
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.items.push(item()) - 1;
      this.numbers.set(key, number);
    }
    return number;
  }
}
