/** What `mbexamine` of 3.6 prints, field by field. Source: do_examine, imap/mbexamine.c 3.6.1. */

export interface ExaminedRecord {
  readonly uid: number;
  readonly internaldate: number;
  readonly sentdate: number;
  readonly savedate: number;
  readonly size: number;
  readonly headerSize: number;
  readonly lastUpdated: number;
  /** The low half of the flag word. */
  readonly systemFlags: number;
  readonly cacheVersion: number;
  /** From version 7. */
  readonly guid?: string;
  /** From version 8. */
  readonly modseq?: string;
  /** From version 13; hexadecimal, without leading zeros. */
  readonly thrid?: string;
  /** `ARCHIVED`, `SEEN`, ... */
  readonly flagNames: readonly string[];
  /** Numbers of the user flags that are set. */
  readonly userFlags: readonly number[];
  /** `Envel`, `BdyStr`, ...: what the cache holds, when it can be read. */
  readonly cache: ReadonlyMap<string, string>;
}

export interface ExaminedMailbox {
  /** As administrators spell it. */
  readonly name: string;
  readonly path: string;
  readonly acl: string;
  readonly uniqueid: string;
  /** Names up to the first free slot. */
  readonly userFlags: readonly string[];
  readonly generationNo: number;
  readonly minorVersion: number;
  readonly startOffset: number;
  readonly recordSize: number;
  readonly exists: number;
  readonly quotaMailboxUsed: number;
  readonly quotaAnnotUsed: number;
  readonly lastAppenddate: number;
  readonly uidvalidity: number;
  readonly lastUid: number;
  readonly deleted: number;
  readonly answered: number;
  readonly flagged: number;
  readonly options: readonly string[];
  readonly pop3LastLogin: number;
  readonly highestmodseq: string;
  /** Those that are not expunged. */
  readonly records: readonly ExaminedRecord[];
}

/** Reads the output for any number of mailboxes; a line that is not as expected throws. */
export function parseMbexamine(output: Buffer): ExaminedMailbox[] {
  const lines = new Lines(output.toString('latin1'));
  const mailboxes: ExaminedMailbox[] = [];
  while (!lines.isAtEnd) mailboxes.push(readMailbox(lines));
  return mailboxes;
}

class Lines {
  private at = 0;

  constructor(private readonly text: string) {}

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /** The groups of the line, which must match as a whole. */
  take(pattern: RegExp): string[] {
    const end = this.text.indexOf('\n', this.at);
    const line = this.text.slice(this.at, end < 0 ? this.text.length : end);
    const match = new RegExp(`^(?:${pattern.source})$`).exec(line);
    if (match === null) throw new Error(`mbexamine: ${JSON.stringify(line)} is not ${String(pattern)}`);
    this.at = end < 0 ? this.text.length : end + 1;
    return match.slice(1).map((group: string | undefined) => group ?? '');
  }

  /** ` NAME>{LENGTH}TEXT LF`: the text may hold line ends. */
  takeCacheItem(): [name: string, text: string] | undefined {
    const match = /^ (\w+)>\{(\d+)\}/.exec(this.text.slice(this.at, this.at + 40));
    if (match === null) return undefined;
    const from = this.at + match[0].length;
    const to = from + Number(match[2]);
    if (this.text[to] !== '\n') throw new Error(`mbexamine: ${match[1]!} has no line end`);
    this.at = to + 1;
    return [match[1]!, this.text.slice(from, to)];
  }
}

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

function readMailbox(lines: Lines): ExaminedMailbox {
  const [name] = lines.take(/Examining (.*?)\.\.\. Mailbox Header Info:/);
  const [path] = lines.take(/ {2}Path to mailbox: (.*)/);
  const [acl] = lines.take(/ {2}Mailbox ACL: (.*)/);
  const [uniqueid] = lines.take(/ {2}Unique ID: (\S+)/);
  const [flags] = lines.take(/ {2}User Flags: (.*)/);
  lines.take(/(?:)/);
  lines.take(/ Index Header Info:/);
  const [generationNo] = lines.take(/ {2}Generation Number: (\d+)/);
  const [minorVersion] = lines.take(/ {2}Minor Version: (\d+)/);
  const [startOffset, recordSize] = lines.take(/ {2}Header Size: (\d+) bytes {2}Record Size: (\d+) bytes/);
  const [exists, mailboxUsed, annotUsed] = lines.take(
    / {2}Number of Messages: (\d+) {2}Mailbox Size: (\d+) bytes {2}Annotations Size: (\d+) bytes/,
  );
  const [lastAppenddate] = lines.take(/ {2}Last Append Date: \((\d+)\) .*/);
  const [uidvalidity, lastUid] = lines.take(/ {2}UIDValidity: (\d+) {2}Last UID: (\d+)/);
  const [deleted, answered, flagged] = lines.take(/ {2}Deleted: (\d+) {2}Answered: (\d+) {2}Flagged: (\d+)/);
  const [options] = lines.take(/ {2}Mailbox Options:(.*)/);
  const [pop3LastLogin] = lines.take(/ {2}Last POP3 Login: \((\d+)\) .*/);
  const [highestmodseq] = lines.take(/ {2}Highest Mod Sequence: (\d+)/);
  lines.take(/(?:)/);
  lines.take(/ Message Info:/);
  const records: ExaminedRecord[] = [];
  while (!lines.isAtEnd && !lines.startsWith('Examining ')) records.push(readRecord(lines));
  return {
    name: name!,
    path: path!,
    acl: acl!,
    uniqueid: uniqueid!,
    userFlags: flags === '[none]' ? [] : words(flags!),
    generationNo: Number(generationNo),
    minorVersion: Number(minorVersion),
    startOffset: Number(startOffset),
    recordSize: Number(recordSize),
    exists: Number(exists),
    quotaMailboxUsed: Number(mailboxUsed),
    quotaAnnotUsed: Number(annotUsed),
    lastAppenddate: Number(lastAppenddate),
    uidvalidity: Number(uidvalidity),
    lastUid: Number(lastUid),
    deleted: Number(deleted),
    answered: Number(answered),
    flagged: Number(flagged),
    options: words(options!).filter((option) => option !== 'NONE'),
    pop3LastLogin: Number(pop3LastLogin),
    highestmodseq: highestmodseq!,
    records,
  };
}

function readRecord(lines: Lines): ExaminedRecord {
  const [uid, internaldate, sentdate, savedate, size] = lines.take(
    /\d+> UID:(\d+) +INT_DATE:(\d+) SENTDATE:(\d+) SAVEDATE:(\d+) SIZE:(\d+) */,
  );
  const [headerSize, lastUpdated, systemFlags, cacheVersion, guid, modseq, thrid] = lines.take(
    / +> HDRSIZE:(\d+) +LASTUPD :(\d+) SYSFLAGS:([0-9A-F]+) +> CACHEVER:(\d+) *(?: GUID:(\w+))?(?: MODSEQ:(\d+))?(?: {2}THRID: (\w+))?/,
  );
  const [internal, system] = lines.take(/ +> INTERNALFLAGS:(.*?) +> SYSTEMFLAGS:(.*)/);
  const [userFlags] = lines.take(/ +> USERFLAGS:(.*)/);
  const cache = new Map<string, string>();
  for (let item = lines.takeCacheItem(); item !== undefined; item = lines.takeCacheItem()) cache.set(...item);
  const flagNames = [...words(internal!), ...words(system!)].map((flag) => flag.replace(/^FLAG_(INTERNAL_)?/, ''));
  const bits = BigInt(`0x${userFlags!.replaceAll(' ', '')}`);
  return {
    uid: Number(uid),
    internaldate: Number(internaldate),
    sentdate: Number(sentdate),
    savedate: Number(savedate),
    size: Number(size),
    headerSize: Number(headerSize),
    lastUpdated: Number(lastUpdated),
    systemFlags: Number.parseInt(systemFlags!, 16),
    cacheVersion: Number(cacheVersion),
    ...(guid === '' ? {} : { guid: guid! }),
    ...(modseq === '' ? {} : { modseq: modseq! }),
    ...(thrid === '' ? {} : { thrid: thrid! }),
    flagNames,
    userFlags: Array.from({ length: 128 }, (_, flag) => flag).filter((flag) => (bits >> BigInt(flag)) & 1n),
    cache,
  };
}
