import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ManifestMessage } from '../generated/manifest.js';
import { ImapAccount, Refusal, type Credentials, type ServerAddress } from './imap-account.js';
import { imapName, ownerOf } from './imap-names.js';
import type { Journal, Placed } from './journal.js';

export interface ReinjectOptions {
  readonly server: ServerAddress;
  readonly credentials: Credentials;
  readonly manifest: string;
  readonly messages: AsyncIterable<ManifestMessage>;
  readonly journal: Journal;
  /** In modified UTF-7: for messages whose own mailbox is gone. */
  readonly into?: string;
  readonly isDryRun: boolean;
  /** Messages per second. */
  readonly rate?: number;
  readonly onLine: (line: string) => void;
}

export interface ReinjectResult {
  appended: number;
  present: number;
  flagged: number;
  verified: number;
  /** Not put back, or not as it was. */
  failed: number;
}

/** After a run that was broken off the server may still be at work on its last message. Unit: ms. */
const SETTLE = 2000;

/** Puts the messages of a manifest back, account by account. */
export async function reinject(options: ReinjectOptions): Promise<ReinjectResult> {
  const result: ReinjectResult = { appended: 0, present: 0, flagged: 0, verified: 0, failed: 0 };
  let batch: ManifestMessage[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await new AccountReinjection(options, batch, result).run();
    batch = [];
  };
  for await (const message of options.messages) {
    if (!message.recover) continue;
    if (batch.length > 0 && accountOf(batch[0]!) !== accountOf(message)) await flush();
    batch.push(message);
  }
  await flush();
  return result;
}

/** Of the mailbox on NEW: its user may have another name there. */
const accountOf = ({ target }: ManifestMessage): string => ownerOf(target.mboxname) ?? '';

class AccountReinjection {
  private readonly account: string;
  /** Where the server has messages of the batch. */
  private readonly present = new Map<string, Placed>();
  private readonly mailboxes = new Set<string>();
  private readonly unwritten: string[] = [];
  private readonly toAnnotate: { readonly message: ManifestMessage; readonly placed: Placed }[] = [];
  private readonly toVerify: { readonly message: ManifestMessage; readonly placed: Placed }[] = [];
  private imap!: ImapAccount;
  private next = 0;

  constructor(
    private readonly options: ReinjectOptions,
    private readonly messages: readonly ManifestMessage[],
    private readonly result: ReinjectResult,
  ) {
    this.account = accountOf(messages[0]!);
  }

  async run(): Promise<void> {
    const { server, credentials, journal, isDryRun } = this.options;
    if (journal.hasOpen(this.account)) await setTimeout(SETTLE);
    this.imap = await ImapAccount.connect(server, credentials, this.account === '' ? undefined : this.account);
    try {
      await this.lookForAll();
      for (const message of this.messages) await this.put(message);
      journal.write(this.unwritten.splice(0));
      if (isDryRun) return;
      await this.annotate();
      await this.verify();
    } finally {
      journal.write(this.unwritten.splice(0));
      await this.imap.close();
    }
  }

  /** Every mailbox that its user sees; of shared ones those that are named. */
  private async lookForAll(): Promise<void> {
    const names =
      this.account === ''
        ? (
            await Promise.all(
              [...new Set(this.messages.map((one) => this.nameOf(one)))].map((name) => this.imap.list(name)),
            )
          ).flat()
        : await this.imap.list('*');
    const wanted = new Map(this.messages.map(({ guid, size }) => [guid, size]));
    const sizes = new Set(wanted.values());
    const hasDigest = this.imap.has('DIGEST=SHA1');
    for (const mailbox of new Set(names)) {
      this.mailboxes.add(mailbox);
      let opened;
      try {
        opened = await this.imap.examine(mailbox);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        // Somebody else's, without the right to read: it is not in the account.
        continue;
      }
      const { exists, uidvalidity } = opened;
      if (exists === 0) continue;
      const candidates: number[] = [];
      await this.imap.fetch('1:*', [hasDigest ? 'DIGEST.SHA1' : 'RFC822.SIZE'], ({ uid, digest, size }) => {
        if (digest !== undefined && wanted.has(digest)) this.found(digest, { mailbox, uidvalidity, uid });
        if (digest === undefined && size !== undefined && sizes.has(size)) candidates.push(uid);
      });
      for (const uid of candidates) {
        const digest = await this.imap.digest(uid);
        if (digest !== undefined && wanted.has(digest)) this.found(digest, { mailbox, uidvalidity, uid });
      }
    }
  }

  /** The first counts, unless a later one is where the message belongs. */
  private found(guid: string, placed: Placed): void {
    if (!this.present.has(guid) || placed.mailbox === this.nameByGuid(guid)) this.present.set(guid, placed);
  }

  private nameByGuid(guid: string): string | undefined {
    const message = this.messages.find((one) => one.guid === guid && one.verdict === 'flags-changed');
    return message === undefined ? undefined : this.nameOf(message);
  }

  private nameOf({ target }: ManifestMessage): string {
    return imapName(target.mboxname, this.imap.namespace);
  }

  private async put(message: ManifestMessage): Promise<void> {
    const { guid, verdict } = message;
    const there = this.present.get(guid);
    if (verdict === 'flags-changed') {
      await this.addFlags(message, there);
      return;
    }
    if (there !== undefined) {
      this.result.present++;
      this.say(message, `is there: ${there.mailbox} uid ${String(there.uid)}`);
      // Of a run that was broken off before it could say so.
      if (this.options.journal.placed(this.account, guid) === undefined && !this.options.isDryRun)
        this.unwritten.push(this.options.journal.finish(this.account, guid, there));
      this.toVerify.push({ message, placed: there });
      return;
    }
    const before = this.options.journal.placed(this.account, guid);
    if (before !== undefined) {
      this.result.present++;
      this.say(message, `was put into ${before.mailbox} by an earlier run, and somebody has removed it since`);
      return;
    }
    try {
      const mailbox = await this.mailboxFor(message);
      if (mailbox === undefined) return;
      if (this.options.isDryRun) this.say(message, `would go into ${mailbox}`);
      else await this.append(message, mailbox);
      this.result.appended++;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.fail(message, error.message);
    }
  }

  /** Its own mailbox, or what --into names when that is gone. */
  private async mailboxFor(message: ManifestMessage): Promise<string | undefined> {
    const own = this.nameOf(message);
    if (this.mailboxes.has(own)) return own;
    const { into, isDryRun } = this.options;
    if (into === undefined) {
      this.fail(message, `its mailbox ${own} is gone: name another with --into`);
      return undefined;
    }
    const { prefix } = this.imap.namespace;
    const name = /^inbox$/i.test(into) ? 'INBOX' : into.startsWith(prefix) ? into : prefix + into;
    if (!this.mailboxes.has(name) && !isDryRun) await this.imap.create(name);
    this.mailboxes.add(name);
    return name;
  }

  private async append(message: ManifestMessage, mailbox: string): Promise<void> {
    const { journal, manifest } = this.options;
    const { guid, flags, internaldateEpoch, file, source } = message;
    const path = file === undefined ? source : join(dirname(manifest), file);
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (error) {
      throw new Refusal(`${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, { cause: error });
    }
    const found = createHash('sha1').update(bytes).digest('hex');
    if (found !== guid) throw new Refusal(`${path}: expected SHA-1 ${guid}, found ${found}`);
    await this.keepRate();
    journal.intend(this.account, guid, this.unwritten.splice(0));
    let placed;
    try {
      placed = await this.imap.append(mailbox, bytes, [...flags.system, ...flags.user], internaldateEpoch);
    } catch (error) {
      if (!(error instanceof Refusal) || flags.user.length === 0) throw error;
      placed = await this.imap.append(mailbox, bytes, flags.system, internaldateEpoch);
    }
    const at: Placed = { mailbox, ...placed };
    this.unwritten.push(journal.finish(this.account, guid, at));
    this.present.set(guid, at);
    this.toVerify.push({ message, placed: at });
    if (message.annotations.length > 0) this.toAnnotate.push({ message, placed: at });
  }

  private async keepRate(): Promise<void> {
    const { rate } = this.options;
    if (rate === undefined) return;
    const now = performance.now();
    if (this.next > now) await setTimeout(this.next - now);
    this.next = Math.max(this.next, now) + 1000 / rate;
  }

  private async addFlags(message: ManifestMessage, there: Placed | undefined): Promise<void> {
    const { flagsToAdd = [] } = message;
    if (there === undefined) {
      this.fail(message, 'is not there any more: its flags were not set');
      return;
    }
    if (flagsToAdd.length === 0) return;
    if (this.options.isDryRun) this.say(message, `would get ${flagsToAdd.join(' ')}`);
    else {
      try {
        await this.imap.select(there.mailbox);
        await this.imap.addFlags(there.uid, flagsToAdd);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.fail(message, `flags ${flagsToAdd.join(' ')}: ${error.message}`);
        return;
      }
    }
    this.result.flagged++;
  }

  private async annotate(): Promise<void> {
    const canAnnotate = this.imap.has('ANNOTATE-EXPERIMENT-1');
    for (const { message, placed } of this.toAnnotate) {
      for (const { entry, userid, value, valueBase64 } of message.annotations) {
        const scope = userid === '' ? 'shared' : userid === this.account ? 'priv' : undefined;
        const bytes = value === undefined ? Buffer.from(valueBase64 ?? '', 'base64') : Buffer.from(value, 'utf8');
        try {
          if (!canAnnotate) throw new Refusal('the server takes no annotations');
          if (scope === undefined) throw new Refusal(`it is ${userid}'s own`);
          if (placed.uid === 0) throw new Refusal('the server did not tell its UID');
          await this.imap.select(placed.mailbox);
          await this.imap.annotate(placed.uid, entry, scope, bytes);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          this.fail(message, `is there without its annotation ${entry}: ${error.message}`);
        }
      }
    }
  }

  /** Fetches everything back. */
  private async verify(): Promise<void> {
    const byMailbox = groupBy(this.toVerify);
    for (const [mailbox, entries] of byMailbox) {
      await this.imap.examine(mailbox);
      const flags = new Map<number, readonly string[]>();
      for (const { message, placed } of entries) {
        const digest = placed.uid === 0 ? undefined : await this.imap.digest(placed.uid);
        if (digest !== message.guid) {
          this.fail(
            message,
            `${mailbox} uid ${String(placed.uid)}: expected SHA-1 ${message.guid}, found ${digest ?? 'no message'}`,
          );
          continue;
        }
        this.result.verified++;
        await this.imap.fetch(String(placed.uid), ['FLAGS'], (fetched) => flags.set(fetched.uid, fetched.flags ?? []));
        const has = new Set((flags.get(placed.uid) ?? []).map((flag) => flag.toLowerCase()));
        const lacks = [...message.flags.system, ...message.flags.user].filter((flag) => !has.has(flag.toLowerCase()));
        if (lacks.length > 0) this.say(message, `is there without ${lacks.join(' ')}`);
      }
    }
  }

  private say({ mboxname, uid }: ManifestMessage, what: string): void {
    this.options.onLine(`${mboxname} uid ${String(uid)}: ${what}`);
  }

  private fail(message: ManifestMessage, why: string): void {
    this.result.failed++;
    this.say(message, why);
  }
}

function groupBy<T extends { readonly placed: Placed }>(entries: readonly T[]): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const group = groups.get(entry.placed.mailbox);
    if (group === undefined) groups.set(entry.placed.mailbox, [entry]);
    else group.push(entry);
  }
  return groups;
}
