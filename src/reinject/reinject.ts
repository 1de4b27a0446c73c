import type { ManifestMessage } from '../generated/manifest.js';
import { AccountReinjection } from './account-reinjection.js';
import { accountOf, type Account } from './accounts.js';
import { ImapAccount } from './imap-account.js';
import type { ReinjectOptions, ReinjectResult } from './options.js';
import { RateLimit } from './rate-limit.js';
import { Refusal } from './refusal.js';

/** Messages of an account that are in hand at a time; its mailboxes are looked through anew for the next. */
const BATCH = 10_000;

/** Puts the messages of a manifest back, account by account. */
export async function reinject(options: ReinjectOptions): Promise<ReinjectResult> {
  const result: ReinjectResult = { appended: 0, present: 0, removed: 0, flagged: 0, verified: 0, failed: 0 };
  const sessions = new Sessions(options);
  const rate = new RateLimit(options.rate);
  let account: Account | undefined;
  let batch: ManifestMessage[] = [];
  const flush = async (): Promise<void> => {
    if (account === undefined || batch.length === 0) return;
    let imap: ImapAccount;
    try {
      imap = await sessions.open(account.user);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      for (const { mboxname, uid } of batch) options.onLine(`${mboxname} uid ${String(uid)}: ${error.message}`);
      result.failed += batch.length;
      return;
    }
    await new AccountReinjection(options, account, imap, batch, rate, result).run();
  };
  try {
    for await (const message of options.messages) {
      if (!message.recover) continue;
      const next = accountOf(message);
      if (account?.label !== next.label || batch.length >= BATCH) {
        await flush();
        batch = [];
        account = next;
      }
      batch.push(message);
    }
    await flush();
  } finally {
    await sessions.close();
  }
  return result;
}

/** One connection at a time. */
class Sessions {
  private current: { readonly user: string | undefined; readonly imap: ImapAccount } | undefined;
  private knowsAdmin = false;

  constructor(private readonly options: Pick<ReinjectOptions, 'server' | 'credentials'>) {}

  /** @throws Refusal when this user's login alone is refused */
  async open(user: string | undefined): Promise<ImapAccount> {
    if (this.current !== undefined && this.current.user === user) return this.current.imap;
    await this.close();
    const { server, credentials } = this.options;
    let imap;
    try {
      imap = await ImapAccount.connect(server, credentials, user);
    } catch (error) {
      // The wrong password ends the work: who tries it for every user is locked out.
      if (error instanceof Refusal && !this.knowsAdmin)
        await (await ImapAccount.connect(server, credentials, undefined)).close();
      this.knowsAdmin = true;
      throw error;
    }
    this.knowsAdmin = true;
    this.current = { user, imap };
    return imap;
  }

  async close(): Promise<void> {
    await this.current?.imap.close();
    this.current = undefined;
  }
}
