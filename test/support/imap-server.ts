/** As much of an IMAP server as `reinject` talks to, whose mailboxes are in memory, and which can lie. */
import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

export interface StoredMessage {
  readonly uid: number;
  readonly bytes: Buffer;
  readonly flags: Set<string>;
}

export interface TestImapOptions {
  readonly greeting?: string;
  readonly namespace?: string;
  /** By the name that the user knows. */
  readonly mailboxes: Readonly<Record<string, readonly Buffer[]>>;
  readonly appendUid?: 'told' | 'wrong' | 'none';
  /** Refused at APPEND and STORE. */
  readonly refusedFlag?: string;
  /** Ends the connection at this APPEND, counted from 1, with the message stored or not. */
  readonly cutAt?: { readonly append: number; readonly isStored: boolean };
  readonly refusedLogins?: readonly string[];
  readonly unreadable?: readonly string[];
  /** Before an APPEND is answered. Unit: ms. */
  readonly appendTime?: number;
}

const DIGEST = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

export class TestImapServer {
  readonly mailboxes = new Map<string, { uidvalidity: number; readonly messages: StoredMessage[] }>();
  /** Every line that was said to it. */
  readonly told: string[] = [];
  onLine: (line: string) => void = () => undefined;
  appends = 0;
  /** Connections that were opened, and that are open now. */
  connections = 0;
  openConnections = 0;
  /** Messages that were taken at the same time. */
  mostAppends = 0;
  private appending = 0;
  private uidvalidity = 100;

  private constructor(
    private readonly options: TestImapOptions,
    private readonly server: Server,
  ) {
    for (const [name, messages] of Object.entries(options.mailboxes)) {
      this.create(name);
      for (const bytes of messages) this.store(name, bytes, []);
    }
  }

  static async start(options: TestImapOptions): Promise<TestImapServer> {
    const server = createServer((socket) => {
      made.connections++;
      made.openConnections++;
      socket.once('close', () => made.openConnections--);
      void made.serve(socket).catch(() => socket.destroy());
    });
    const made = new TestImapServer(options, server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
  }

  create(name: string): void {
    this.mailboxes.set(name, { uidvalidity: ++this.uidvalidity, messages: [] });
  }

  guidsOf(name: string): string[] {
    return (this.mailboxes.get(name)?.messages ?? []).map(({ bytes }) => DIGEST(bytes));
  }

  private store(name: string, bytes: Buffer, flags: Iterable<string>): number {
    const { messages } = this.mailboxes.get(name)!;
    const uid = messages.length + 1;
    messages.push({ uid, bytes, flags: new Set(flags) });
    return uid;
  }

  private async serve(socket: Socket): Promise<void> {
    const { greeting = '* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN NAMESPACE UIDPLUS DIGEST=SHA1] ready' } = this.options;
    const input = new Input(socket);
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    say(greeting);
    let selected = '';
    for (let line = await input.line(); line !== undefined; line = await input.line()) {
      this.told.push(line);
      this.onLine(line);
      const [tag = '', first = '', second = ''] = line.split(' ');
      const command = first === 'UID' ? `UID ${second}` : first;
      const done = (text = 'OK done'): void => say(`${tag} ${text}`);
      if (command === 'AUTHENTICATE') {
        say('+ ');
        const [user = ''] = Buffer.from((await input.line()) ?? '', 'base64')
          .toString()
          .split('\0');
        done(this.options.refusedLogins?.includes(user) === true ? 'NO [AUTHENTICATIONFAILED] not you' : undefined);
      } else if (command === 'NAMESPACE') {
        say(`* NAMESPACE ${this.options.namespace ?? '(("INBOX." ".")) (("user." ".")) (("" "."))'}`);
        done();
      } else if (command === 'LIST') {
        for (const name of this.mailboxes.keys()) say(`* LIST () "." "${name}"`);
        done();
      } else if (command === 'CREATE') {
        this.create(nameIn(line));
        done();
      } else if (command === 'EXAMINE' || command === 'SELECT') {
        selected = nameIn(line);
        const mailbox = this.mailboxes.get(selected);
        if (mailbox === undefined || this.options.unreadable?.includes(selected) === true) done('NO System I/O error');
        else {
          say(`* ${mailbox.messages.length} EXISTS`);
          say(`* OK [UIDVALIDITY ${mailbox.uidvalidity}] Ok`);
          done();
        }
      } else if (command === 'UID FETCH') {
        for (const message of this.mailboxes.get(selected)!.messages) this.answerFetch(line, message, socket);
        done();
      } else if (command === 'UID STORE') {
        const [, uid, flags = ''] = /UID STORE (\d+) \S+ \((.*)\)/.exec(line) ?? [];
        const message = this.mailboxes.get(selected)!.messages.find((one) => String(one.uid) === uid);
        if (this.isRefused(flags)) done('NO flag refused');
        else {
          for (const flag of flags.split(' ')) message?.flags.add(flag);
          done();
        }
      } else if (command === 'APPEND') {
        const size = Number(/\{(\d+)\}$/.exec(line)![1]);
        say('+ go');
        const bytes = await input.take(size);
        // The connection was ended in the middle of it.
        if (bytes.length < size) return;
        await input.line();
        const number = ++this.appends;
        this.mostAppends = Math.max(this.mostAppends, ++this.appending);
        if (this.options.appendTime !== undefined) await setTimeout(this.options.appendTime);
        this.appending--;
        const { cutAt, appendUid = 'told' } = this.options;
        const name = nameIn(line);
        const flags = /" \(([^)]*)\) "/.exec(line)?.[1] ?? '';
        const isCut = cutAt?.append === number;
        if (this.isRefused(flags)) done('NO flag refused');
        else {
          const uid = isCut && !cutAt.isStored ? 0 : this.store(name, bytes, flags.split(' ').filter(Boolean));
          if (isCut) {
            socket.destroy();
            return;
          }
          const { uidvalidity } = this.mailboxes.get(name)!;
          const told = appendUid === 'wrong' ? uid + 7 : uid;
          done(appendUid === 'none' ? 'OK done' : `OK [APPENDUID ${uidvalidity} ${told}] done`);
        }
      } else if (command === 'LOGOUT') {
        say('* BYE');
        done();
        socket.end();
        return;
      } else done();
    }
  }

  private isRefused(flags: string): boolean {
    const { refusedFlag } = this.options;
    return refusedFlag !== undefined && flags.split(' ').includes(refusedFlag);
  }

  private answerFetch(line: string, { uid, bytes, flags }: StoredMessage, socket: Socket): void {
    const [, set, items = ''] = /UID FETCH (\S+) \((.*)\)/.exec(line) ?? [];
    if (set !== '1:*' && set !== String(uid)) return;
    const parts = [`UID ${uid}`];
    if (items.includes('DIGEST.SHA1')) parts.push(`DIGEST.SHA1 ${DIGEST(bytes)}`);
    if (items.includes('RFC822.SIZE')) parts.push(`RFC822.SIZE ${bytes.length}`);
    if (items.includes('FLAGS')) parts.push(`FLAGS (${[...flags].join(' ')})`);
    const [, from, length] = /BODY\.PEEK\[\]<(\d+)\.(\d+)>/.exec(items) ?? [];
    if (from === undefined) socket.write(`* ${uid} FETCH (${parts.join(' ')})\r\n`);
    else {
      const piece = bytes.subarray(Number(from), Number(from) + Number(length));
      socket.write(`* ${uid} FETCH (${parts.join(' ')} BODY[]<${from}> {${piece.length}}\r\n`);
      socket.write(piece);
      socket.write(')\r\n');
    }
  }
}

const nameIn = (line: string): string => /"([^"]*)"/.exec(line)?.[1] ?? line.split(' ')[2] ?? '';

/** Lines and literals of a connection. */
class Input {
  private received = Buffer.alloc(0);
  /** What came since, put together when it is looked at: a large literal comes in thousands of pieces. */
  private arrived: Buffer[] = [];
  private isEnded = false;
  private wake: () => void = () => undefined;

  constructor(socket: Socket) {
    socket.on('data', (data: Buffer) => {
      this.arrived.push(data);
      this.wake();
    });
    const end = (): void => {
      this.isEnded = true;
      this.wake();
    };
    socket.on('error', end).on('close', end);
  }

  async line(): Promise<string | undefined> {
    for (;;) {
      this.gather();
      const end = this.received.indexOf('\r\n');
      if (end >= 0) {
        const line = this.received.subarray(0, end).toString('latin1');
        this.received = this.received.subarray(end + 2);
        return line;
      }
      if (this.isEnded) return undefined;
      await this.more();
    }
  }

  /** Less when the connection ends. */
  async take(size: number): Promise<Buffer> {
    const got = (): number => this.arrived.reduce((sum, { length }) => sum + length, this.received.length);
    while (got() < size && !this.isEnded) await this.more();
    this.gather();
    const taken = this.received.subarray(0, size);
    this.received = this.received.subarray(size);
    return taken;
  }

  private gather(): void {
    this.received = Buffer.concat([this.received, ...this.arrived.splice(0)]);
  }

  private more(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }
}
