import { LIST_FINDINGS } from '../findings/catalogue.js';
import type { ReportedFinding } from '../model/effects.js';

/**
 * Mailboxes that the master's list has lost without an explanation, against the budget for them: as long as there are no
 * more, each is a matter of its own; one more, and none of the list can be trusted.
 */
export function applyLossBudget(findings: ReportedFinding[], maxLost: number): void {
  const isLost = ({ code }: ReportedFinding): boolean => code === 'entry-lost';
  // One directory may be met by several threads.
  const lost = new Set(findings.filter(isLost).map(({ facts }) => facts['path']));
  if (lost.size === 0 || lost.size > maxLost) return;
  for (const [i, finding] of findings.entries()) {
    if (!isLost(finding)) continue;
    const { path, mboxname, uniqueid } = finding.facts as Readonly<Record<string, string>>;
    const tolerated = LIST_FINDINGS.flatMap((kind) =>
      kind.find({
        kind: 'lost-within-budget',
        side: finding.side!,
        path: path!,
        mboxname: mboxname!,
        uniqueid: uniqueid!,
      }),
    );
    findings.splice(i, 1, ...tolerated);
  }
}
