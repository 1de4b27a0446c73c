import type { ManifestUnaudited } from '../generated/manifest.js';

/** Messages of one mailbox with the same trouble that are told one by one. */
const MAX_TOLD = 10;

/** What of an account could not be judged: each once, however many batches meet it. */
export class ToldParts {
  private readonly told = new Set<string>();
  private readonly often = new Map<string, { readonly part: ManifestUnaudited; count: number }>();

  constructor(private readonly onPart: (part: ManifestUnaudited) => void) {}

  tell(part: ManifestUnaudited): void {
    const key = JSON.stringify(part);
    if (this.told.has(key)) return;
    this.told.add(key);
    this.onPart(part);
  }

  /** A disk that is dying has thousands of them. */
  tellOften(trouble: string, mboxname: string, uid: number, reason: string): void {
    const key = `${trouble} ${mboxname}`;
    const count = (this.often.get(key)?.count ?? 0) + 1;
    if (count <= MAX_TOLD) this.tell({ what: `uid ${String(uid)}`, side: 'old', mboxname, reason });
    const what = `${String(count - MAX_TOLD)} more messages ${trouble}`;
    this.often.set(key, { part: { what, side: 'old', mboxname, reason: `uid ${String(uid)} is the last` }, count });
  }

  /** Tells what came too often to be told one by one. */
  end(): void {
    for (const { part, count } of this.often.values()) if (count > MAX_TOLD) this.tell(part);
  }
}
