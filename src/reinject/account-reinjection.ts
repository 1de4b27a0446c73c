import { setTimeout } from 'node:timers/promises';
import type { ManifestMessage } from '../generated/manifest.js';
import type { Account } from './accounts.js';
import type { FetchedBack, ImapAccount } from './imap-account.js';
import { imapName, isPersonal } from './imap-names.js';
import type { Placed } from './journal.js';
import { ServerLook } from './look-on-server.js';
import { openMessageFile, type MessageContent } from './message-file.js';
import type { ReinjectOptions, ReinjectResult } from './options.js';
import type { RateLimit } from './rate-limit.js';
import { Refusal } from './refusal.js';

/** After a run that was broken off the server may still be at work on its last message. Unit: ms. */
const SETTLE = 2000;

interface ToVerify {
  readonly message: ManifestMessage;
  readonly placed: Placed;
  /** By this run: then its flags are those of OLD. */
  readonly isNew: boolean;
}

/** Puts messages of one account back. */
export class AccountReinjection {
  private readonly look: ServerLook;
  /** Where the server has messages of the batch. */
  private readonly present = new Map<string, Placed>();
  /** GUIDs at the places where flags are to be added. */
  private readonly atPlace = new Map<string, string>();
  private readonly unwritten: string[] = [];
  private readonly toVerify: ToVerify[] = [];

  constructor(
    private readonly options: ReinjectOptions,
    private readonly account: Account,
    private readonly imap: ImapAccount,
    private readonly messages: readonly ManifestMessage[],
    private readonly rate: RateLimit,
    private readonly result: ReinjectResult,
    /** Another account has failed, and the work ends. */
    private readonly isStopped: () => boolean = () => false,
  ) {
    this.look = new ServerLook(imap, messages);
  }

  async run(): Promise<void> {
    const { journal, isDryRun } = this.options;
    if (!isDryRun && journal.hasOpen(this.account.label)) await setTimeout(SETTLE);
    try {
      await this.lookForAll();
      for (const message of this.messages) {
        if (this.isStopped()) break;
        await this.put(message);
      }
      await journal.write(this.unwritten.splice(0));
      if (isDryRun) return;
      await this.annotate();
      await this.verify();
    } finally {
      await journal.write(this.unwritten.splice(0));
    }
  }

  /** A user's own mailboxes, not what others let him see; of shared ones those that are named. */
  private async lookForAll(): Promise<void> {
    const { into, onLine } = this.options;
    const { namespaces } = this.imap;
    const names = new Set<string>();
    if (this.account.user === undefined) {
      const wanted = new Set(this.messages.map((message) => this.nameOf(message)));
      if (into !== undefined) wanted.add(this.intoName(into));
      // A pattern may match more.
      for (const name of wanted) for (const one of await this.imap.list(name)) if (one === name) names.add(one);
    } else for (const name of await this.imap.list('*')) if (isPersonal(name, namespaces)) names.add(name);
    const places = new Set(
      this.messages
        .filter(({ verdict }) => verdict === 'flags-changed')
        .map((message) => placeKey(this.nameOf(message), message.target.uid ?? 0)),
    );
    for (const mailbox of names)
      await this.look.lookThrough(mailbox, (guid, placed) => {
        if (!this.present.has(guid)) this.present.set(guid, placed);
        const place = placeKey(mailbox, placed.uid);
        if (places.has(place)) this.atPlace.set(place, guid);
      });
    for (const [mailbox, why] of this.look.unread) {
      this.result.failed++;
      onLine(
        `${mailbox} of ${this.account.label}: could not be looked through, what it holds may be put back again: ${why}`,
      );
    }
  }

  private nameOf({ target }: ManifestMessage): string {
    return imapName(target.mboxname, this.imap.namespaces.personal);
  }

  private async put(message: ManifestMessage): Promise<void> {
    const { guid, verdict } = message;
    const { journal, isDryRun } = this.options;
    if (verdict === 'flags-changed') {
      await this.addFlags(message);
      return;
    }
    const there = this.present.get(guid);
    const before = journal.placed(this.account.label, guid);
    if (there !== undefined) {
      this.result.present++;
      this.say(message, `is there: ${there.mailbox} uid ${String(there.uid)}`);
      // Of a run that was broken off before it could say so.
      if (before === undefined && !isDryRun) this.unwritten.push(journal.finish(this.account.label, guid, there));
      this.toVerify.push({ message, placed: there, isNew: false });
      return;
    }
    // Of a mailbox that was made anew, or is on another server of that name, an earlier run says nothing.
    if (before !== undefined && this.look.unread.has(before.mailbox)) {
      this.fail(message, `was put into ${before.mailbox} by an earlier run; whether it is there could not be seen`);
      return;
    }
    if (before !== undefined && this.look.mailboxes.get(before.mailbox) === before.uidvalidity) {
      this.result.removed++;
      this.say(message, `was put into ${before.mailbox} by an earlier run, and somebody has removed it since`);
      return;
    }
    try {
      const mailbox = await this.mailboxFor(message);
      const content = openMessageFile(this.options.manifest, message);
      if (isDryRun) this.say(message, `would go into ${mailbox}`);
      else await this.append(message, content, mailbox);
      this.result.appended++;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.fail(message, error.message);
    }
  }

  /** Its own mailbox, or what --into names when that is gone. */
  private async mailboxFor(message: ManifestMessage): Promise<string> {
    const own = this.nameOf(message);
    const { mailboxes } = this.look;
    if (mailboxes.has(own)) return own;
    const { into, isDryRun } = this.options;
    if (into === undefined) throw new Refusal(`its mailbox ${own} is gone: name another with --into`);
    const name = this.intoName(into);
    if (mailboxes.has(name)) return name;
    if (!isDryRun) await this.imap.create(name);
    mailboxes.set(name, isDryRun ? '' : (await this.imap.examine(name)).uidvalidity);
    return name;
  }

  private intoName(into: string): string {
    const { prefix } = this.imap.namespaces.personal;
    if (this.account.user === undefined) return into;
    if (/^inbox$/i.test(into)) return 'INBOX';
    return into.startsWith(prefix) ? into : prefix + into;
  }

  private async append(message: ManifestMessage, content: MessageContent, mailbox: string): Promise<void> {
    const { journal } = this.options;
    const { guid, flags, internaldateEpoch } = message;
    await this.rate.pass();
    await journal.intend(this.account.label, guid, this.unwritten.splice(0));
    let told;
    let toAdd: readonly string[] = [];
    try {
      told = await this.imap.append(mailbox, content, [...flags.system, ...flags.user], internaldateEpoch);
    } catch (error) {
      if (!(error instanceof Refusal) || flags.user.length === 0) throw error;
      // The message matters more than a flag that the server refuses.
      told = await this.imap.append(mailbox, content, flags.system, internaldateEpoch);
      toAdd = flags.user;
    }
    const uidvalidity = told.uidvalidity === '' ? (this.look.mailboxes.get(mailbox) ?? '') : told.uidvalidity;
    const placed: Placed = { mailbox, uidvalidity, uid: told.uid };
    this.unwritten.push(journal.finish(this.account.label, guid, placed));
    this.present.set(guid, placed);
    this.toVerify.push({ message, placed, isNew: true });
    if (told.uid === 0) return;
    // One by one: a refused one leaves the others. What is missing is told when it is fetched back.
    for (const flag of toAdd)
      await this.unlessRefused(async () => {
        await this.imap.select(mailbox);
        await this.imap.addFlags(told.uid, [flag]);
      });
  }

  private async addFlags(message: ManifestMessage): Promise<void> {
    const { flagsToAdd = [], guid, target } = message;
    const mailbox = this.nameOf(message);
    const isAtPlace = this.atPlace.get(placeKey(mailbox, target.uid ?? 0)) === guid;
    const there = isAtPlace ? { mailbox, uid: target.uid ?? 0 } : this.present.get(guid);
    if (there === undefined) {
      this.fail(message, 'is not there any more: its flags were not set');
      return;
    }
    if (flagsToAdd.length === 0) return;
    if (this.options.isDryRun) this.say(message, `would get ${flagsToAdd.join(' ')}`);
    else {
      await this.rate.pass();
      const refused = await this.unlessRefused(async () => {
        await this.imap.select(there.mailbox);
        await this.imap.addFlags(there.uid, flagsToAdd);
      });
      if (refused !== undefined) {
        this.fail(message, `flags ${flagsToAdd.join(' ')}: ${refused}`);
        return;
      }
    }
    this.result.flagged++;
  }

  private async annotate(): Promise<void> {
    const canAnnotate = this.imap.has('ANNOTATE-EXPERIMENT-1');
    for (const { message, placed, isNew } of this.toVerify) {
      if (!isNew) continue;
      for (const { entry, userid, value, valueBase64 } of message.annotations) {
        const scope = userid === '' ? 'shared' : userid === this.account.user ? 'priv' : undefined;
        const bytes = value === undefined ? Buffer.from(valueBase64 ?? '', 'base64') : Buffer.from(value, 'utf8');
        const refused = await this.unlessRefused(async () => {
          if (!canAnnotate) throw new Refusal('the server takes no annotations');
          if (scope === undefined) throw new Refusal(`it is ${userid}'s own`);
          if (placed.uid === 0) throw new Refusal('the server did not tell its UID');
          await this.imap.select(placed.mailbox);
          await this.imap.annotate(placed.uid, entry, scope, bytes);
        });
        if (refused !== undefined) this.fail(message, `is there without its annotation ${entry}: ${refused}`);
      }
    }
  }

  /** Fetches everything back. */
  private async verify(): Promise<void> {
    for (const [mailbox, entries] of groupBy(this.toVerify)) {
      const lost: ToVerify[] = [];
      const refused = await this.unlessRefused(async () => {
        const { uidvalidity } = await this.imap.examine(mailbox);
        for (const entry of entries) {
          if (this.isStopped()) return;
          const { message, placed } = entry;
          const isThere = placed.uid > 0 && placed.uidvalidity === uidvalidity;
          const back = isThere ? await this.imap.fetchBack(placed.uid, message.size) : undefined;
          if (back?.digest === message.guid) this.verified(entry, back);
          else lost.push(entry);
        }
        if (lost.length > 0) await this.verifyElsewhere(mailbox, lost);
      });
      if (refused !== undefined) for (const { message } of entries) this.fail(message, `${mailbox}: ${refused}`);
    }
  }

  /** The server told no UID, or another one than it gave. */
  private async verifyElsewhere(mailbox: string, entries: readonly ToVerify[]): Promise<void> {
    const found = new Map<string, number>();
    const look = new ServerLook(
      this.imap,
      entries.map(({ message }) => message),
    );
    await look.lookThrough(mailbox, (guid, { uid }) => found.set(guid, uid));
    for (const entry of entries) {
      const { guid, size } = entry.message;
      const uid = found.get(guid);
      const back = uid === undefined ? undefined : await this.imap.fetchBack(uid, size);
      if (back?.digest === guid) this.verified(entry, back);
      else
        this.fail(
          entry.message,
          `${mailbox}: expected SHA-1 ${guid}, found ${uid === undefined ? 'no such message' : `another under uid ${String(uid)}`}`,
        );
    }
  }

  private verified({ message, isNew }: ToVerify, { flags }: FetchedBack): void {
    this.result.verified++;
    if (!isNew) return;
    const has = new Set(flags.map((flag) => flag.toLowerCase()));
    const lacks = [...message.flags.system, ...message.flags.user].filter((flag) => !has.has(flag.toLowerCase()));
    if (lacks.length > 0) this.fail(message, `is there without ${lacks.join(' ')}, which the server refuses`);
  }

  /** @returns what the server refused with */
  private async unlessRefused(act: () => Promise<void>): Promise<string | undefined> {
    try {
      await act();
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
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

const placeKey = (mailbox: string, uid: number): string => `${String(uid)} ${mailbox}`;

function groupBy(entries: readonly ToVerify[]): ReadonlyMap<string, ToVerify[]> {
  const groups = new Map<string, ToVerify[]>();
  for (const entry of entries) {
    const group = groups.get(entry.placed.mailbox);
    if (group === undefined) groups.set(entry.placed.mailbox, [entry]);
    else group.push(entry);
  }
  return groups;
}
