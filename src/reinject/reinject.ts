import type { ManifestMessage } from '../generated/manifest.js';
import { AccountReinjection } from './account-reinjection.js';
import { accountOf, type Account } from './accounts.js';
import { Connections } from './connections.js';
import { Lanes } from './lanes.js';
import { LineOrder } from './line-order.js';
import type { ReinjectOptions, ReinjectResult } from './options.js';
import { RateLimit } from './rate-limit.js';
import { Refusal } from './refusal.js';

/** Messages of an account that a connection has in hand; its mailboxes are looked through anew for the next. */
const BATCH = 5000;

/**
 * Puts the messages of a manifest back, account by account, several at the same time. The messages of a user go over one
 * connection in the order of the manifest, and so do those of all shared mailboxes: --into may name one for several.
 */
export async function reinject(options: ReinjectOptions): Promise<ReinjectResult> {
  const result: ReinjectResult = { appended: 0, present: 0, removed: 0, flagged: 0, verified: 0, failed: 0 };
  const connections = new Connections(options, options.connections);
  const lanes = new Lanes(options.connections);
  const rate = new RateLimit(options.rate);
  const lines = new LineOrder(options.onLine);
  const begin = (account: Account, batch: readonly ManifestMessage[]): Promise<void> =>
    lanes.begin(account.user === undefined ? 'shared' : `user ${account.user}`, async () => {
      const turn = lines.begin();
      const own = { ...options, onLine: turn.say };
      try {
        await connections.use(account.user, (imap) =>
          new AccountReinjection(own, account, imap, batch, rate, result, () => lanes.hasFailed).run(),
        );
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        for (const { mboxname, uid } of batch) turn.say(`${mboxname} uid ${String(uid)}: ${error.message}`);
        result.failed += batch.length;
      } finally {
        turn.end();
      }
    });
  try {
    await inBatches(options.messages, begin, () => lanes.hasFailed);
  } finally {
    try {
      await lanes.end();
    } finally {
      await connections.close();
    }
  }
  return result;
}

/** Messages that follow each other and are of one account. */
async function inBatches(
  messages: AsyncIterable<ManifestMessage>,
  begin: (account: Account, batch: readonly ManifestMessage[]) => Promise<void>,
  isStopped: () => boolean,
): Promise<void> {
  let account: Account | undefined;
  let batch: ManifestMessage[] = [];
  for await (const message of messages) {
    if (!message.recover) continue;
    const next = accountOf(message);
    if (account !== undefined && (account.label !== next.label || batch.length >= BATCH)) {
      await begin(account, batch);
      batch = [];
    }
    if (isStopped()) return;
    account = next;
    batch.push(message);
  }
  if (account !== undefined) await begin(account, batch);
}
