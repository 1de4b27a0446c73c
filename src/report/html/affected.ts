import type { Report, ReportFinding } from '../../generated/report.js';

type Separator = Report['sides'][number]['hierarchySeparator'];

/** Somebody whom a finding concerns, as far as commands can name him. */
export interface Target {
  readonly side?: string;
  readonly mboxname?: string;
  readonly userid?: string;
}

/** Whom the listed findings of each code concern, and who has more than one thing to settle. */
export class Affected {
  private readonly targets = new Map<string, Map<string, Target>>();
  /** Codes above `safe` by user, or by shared mailbox. */
  private readonly open = new Map<string, Set<string>>();
  private readonly separators: ReadonlyMap<string | undefined, Separator>;

  private readonly sides: Report['sides'];

  constructor(report: Report) {
    this.sides = report.sides;
    const separators = report.sides.map(({ role, hierarchySeparator }) => [role, hierarchySeparator] as const);
    const [first] = separators.map(([, separator]) => separator);
    const common = separators.every(([, separator]) => separator === first) ? first : undefined;
    this.separators = new Map<string | undefined, Separator>([...separators, [undefined, common]]);
    for (const finding of report.findings) for (const place of placesInFacts(finding)) this.add(finding, place);
    for (const mailbox of report.mailboxes) for (const finding of mailbox.findings) this.add(finding, mailbox);
    for (const user of report.users) for (const finding of user.findings) this.add(finding, user);
  }

  /** What separates the parts of a mailbox name on a side, or else on all of them; undefined where that is not known. */
  separator(side: string | undefined): Separator {
    return this.separators.get(side);
  }

  side(role: string | undefined): Report['sides'][number] | undefined {
    return this.sides.find((side) => side.role === role);
  }

  of(code: string): Target[] {
    return [...(this.targets.get(code)?.values() ?? [])];
  }

  /** True when what a command does to this user could meet only findings of `code`. */
  isAlone(target: Target, code: string): boolean {
    const open = this.open.get(unitOf(target));
    return open === undefined || [...open].every((other) => other === code);
  }

  private add(finding: ReportFinding, { mboxname, userid }: Target): void {
    const side = finding.side === 'single' ? undefined : finding.side;
    const target: Target = {
      ...(side === undefined ? {} : { side }),
      ...(mboxname === undefined ? {} : { mboxname }),
      ...(userid === undefined ? {} : { userid }),
    };
    if (mboxname === undefined && userid === undefined) return;
    const known = getOrMake(this.targets, finding.code, () => new Map<string, Target>());
    known.set([side, mboxname, userid].join('\0'), target);
    if (finding.class === 'safe') return;
    for (const unit of unitsOf(target)) getOrMake(this.open, unit, () => new Set<string>()).add(finding.code);
  }
}

/** Findings about a list name the mailboxes or the user in their facts. */
function placesInFacts({ facts: { mboxname, names = null, userid } }: ReportFinding): Target[] {
  const mboxnames = [mboxname, names].flat().filter((name) => typeof name === 'string');
  const user = typeof userid === 'string' ? { userid } : {};
  return mboxnames.length === 0 ? [user] : mboxnames.map((name) => ({ mboxname: name, ...user }));
}

/** Whose other findings come into question: those of the user, else those of the shared mailbox. */
const unitOf = ({ userid, mboxname }: Target): string =>
  userid === undefined ? `mailbox ${mboxname ?? ''}` : `user ${userid}`;

/** Of a mailbox that is only named in a finding about a list, nobody has said whose it is: all whom it may belong to. */
function unitsOf(target: Target): string[] {
  const match = /^(?:([^!]+)!)?(?:[^.]+\.)?user\.([^.]+)/.exec(target.mboxname ?? '');
  if (target.userid !== undefined || match?.[2] === undefined) return [unitOf(target)];
  const user = match[2].replaceAll('^', '.');
  return [unitOf(target), `user ${user}`, ...(match[1] === undefined ? [] : [`user ${user}@${match[1]}`])];
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
