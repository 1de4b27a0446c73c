import type { Mbentry } from '../model/mailbox.js';
import type { Side } from '../sources/spool/open-side.js';
import { QuotaReader } from './audit-user-metadata.js';

/** A mailbox and all above it, `domain!` last. */
function rootsAbove(mboxname: string, hasDomains: boolean): string[] {
  const cut = hasDomains ? mboxname.indexOf('!') + 1 : 0;
  const roots: string[] = [];
  for (let name = mboxname.slice(cut); name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.'))))
    roots.push(mboxname.slice(0, cut) + name);
  return cut === 0 ? roots : [...roots, mboxname.slice(0, cut)];
}

/** null = it cannot be told. */
function hasQuotaroot(reader: QuotaReader, root: string): boolean | null {
  const { record, faults, unread } = reader.read(root);
  return unread !== undefined || faults.length > 0 ? null : record !== undefined;
}

/** Which quota root covers a mailbox; each root is looked up once. */
export class CoveringQuotaroots {
  private readonly bySide = new Map<Side, Map<string, boolean | null>>();

  /** The longest root at or above a mailbox in use; null = not known. */
  of(side: Side, { mboxname }: Mbentry): string | undefined | null {
    // `user.fred.a!b` of a server that had no domains when it was made: is this a domain?
    if (mboxname.startsWith('user.') && mboxname.includes('!')) return null;
    let roots = this.bySide.get(side);
    if (roots === undefined) this.bySide.set(side, (roots = new Map<string, boolean | null>()));
    const reader = new QuotaReader(side);
    try {
      for (const root of rootsAbove(mboxname, side.layout.virtdomains !== 'off')) {
        let isThere = roots.get(root);
        if (isThere === undefined) roots.set(root, (isThere = hasQuotaroot(reader, root)));
        if (isThere !== false) return isThere === null ? null : root;
      }
      return undefined;
    } finally {
      reader.close();
    }
  }
}
