import type { ManifestMessage } from '../generated/manifest.js';
import type { ImapAccount } from './imap-account.js';
import { Refusal } from './refusal.js';
import type { Placed } from './journal.js';

type Wanted = Pick<ManifestMessage, 'guid' | 'size'>;

/** Looks for messages in mailboxes of the server: by GUID where it tells it, else by size and SHA-1. */
export class ServerLook {
  private readonly sizes = new Map<string, number>();
  private readonly guidsOfSize = new Set<number>();
  private readonly hasDigest: boolean;
  /** Every mailbox that was looked at, with its uidvalidity. */
  readonly mailboxes = new Map<string, string>();
  /** Why a mailbox could not be looked through. */
  readonly unread = new Map<string, string>();

  constructor(
    private readonly imap: ImapAccount,
    wanted: Iterable<Wanted>,
  ) {
    this.hasDigest = imap.has('DIGEST=SHA1');
    for (const { guid, size } of wanted) {
      this.sizes.set(guid, size);
      this.guidsOfSize.add(size);
    }
  }

  async lookThrough(mailbox: string, onFound: (guid: string, placed: Placed) => void): Promise<void> {
    const candidates: { readonly uid: number; readonly size: number }[] = [];
    this.mailboxes.set(mailbox, '');
    try {
      const { exists, uidvalidity } = await this.imap.examine(mailbox);
      this.mailboxes.set(mailbox, uidvalidity);
      if (exists === 0) return;
      await this.imap.fetchAll(this.hasDigest ? 'DIGEST.SHA1' : 'RFC822.SIZE', ({ uid, digest, size }) => {
        if (digest !== undefined && this.sizes.has(digest)) onFound(digest, { mailbox, uidvalidity, uid });
        if (digest === undefined && size !== undefined && this.guidsOfSize.has(size)) candidates.push({ uid, size });
      });
      for (const { uid, size } of candidates) {
        const digest = (await this.imap.fetchBack(uid, size))?.digest;
        if (digest !== undefined && this.sizes.has(digest)) onFound(digest, { mailbox, uidvalidity, uid });
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.unread.set(mailbox, error.message);
    }
  }
}
