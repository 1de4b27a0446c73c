import { createHash } from 'node:crypto';
import type { ImapFlow, ImapFlowOptions } from 'imapflow';
import { AuditError } from '../model/audit-error.js';
import type { Namespace, Namespaces } from './imap-names.js';
import { Refusal } from './refusal.js';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** `starttls`: plain until STARTTLS, and nothing is said before it. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly ca?: Buffer;
  /** The certificate is not checked. */
  readonly isInsecure: boolean;
}

export interface Credentials {
  readonly admin: string;
  readonly password: string;
}

interface Attribute {
  readonly type?: string;
  readonly value?: unknown;
  readonly section?: readonly Attribute[];
}
type Attributes = readonly (Attribute | Attributes)[];
interface Untagged {
  readonly command: string;
  readonly attributes: Attributes;
}

/** What imapflow has and does not declare. */
interface Executor {
  exec(
    command: string,
    attributes: unknown,
    options?: { readonly untagged?: Readonly<Record<string, (response: Untagged) => Promise<void>>> },
  ): Promise<{ readonly response: Untagged; next(): void }>;
  run(command: string, ...args: unknown[]): Promise<unknown>;
  readonly secureConnection: boolean;
}

export interface Fetched {
  readonly uid: number;
  readonly digest?: string;
  readonly size?: number;
}

/** A message as the server gives it back. */
export interface FetchedBack {
  /** undefined = its size alone shows that it is another. */
  readonly digest?: string;
  readonly flags: readonly string[];
}

/** Bytes of a message that are fetched at a time. */
const PIECE = 4 * 1024 * 1024;

/** One connection, as an administrator acting for a user. */
export class ImapAccount {
  private selected: string | undefined;
  private known: Namespaces = { personal: { prefix: '', delimiter: '/' }, foreign: [] };

  private constructor(
    private readonly client: ImapFlow,
    private readonly wire: Executor,
  ) {}

  /**
   * @param user undefined = the administrator himself, for shared mailboxes
   * @throws Refusal when the login for this user is refused
   */
  static async connect(
    { host, port, security, ca, isInsecure }: ServerAddress,
    { admin, password }: Credentials,
    user: string | undefined,
  ): Promise<ImapAccount> {
    const { ImapFlow: Client } = await import('imapflow');
    const options: ImapFlowOptions = {
      host,
      port,
      secure: security === 'tls',
      ...(security === 'tls' ? {} : { doSTARTTLS: security === 'starttls' }),
      auth: {
        user: admin,
        pass: password,
        loginMethod: 'AUTH=PLAIN',
        ...(user === undefined ? {} : { authzid: user }),
      },
      tls: { rejectUnauthorized: !isInsecure, ...(ca === undefined ? {} : { ca }) },
      logger: false,
      disableAutoIdle: true,
      disableCompression: true,
      disableAutoEnable: true,
    };
    const client = new Client(options);
    // What goes wrong later is told by the command that meets it.
    client.on('error', () => undefined);
    const wire = client as unknown as Executor;
    // imapflow 1.7.8 stands still for ever when somebody has no mailboxes of his own, like most administrators.
    const run = wire.run.bind(client);
    wire.run = (command, ...args) => (command === 'NAMESPACE' ? Promise.resolve(undefined) : run(command, ...args));
    try {
      await client.connect();
    } catch (cause) {
      client.close();
      throw connectError(host, port, user, cause);
    }
    // A greeting that says that all is settled leaves out STARTTLS.
    if (security !== 'none' && !wire.secureConnection) {
      client.close();
      throw connectError(host, port, user, new Error('the server leads around TLS'));
    }
    const account = new ImapAccount(client, wire);
    await account.askNamespaces();
    return account;
  }

  has(capability: string): boolean {
    return this.client.capabilities.has(capability);
  }

  get namespaces(): Namespaces {
    return this.known;
  }

  private async askNamespaces(): Promise<void> {
    let answer: readonly (readonly Namespace[])[] = [];
    if (this.has('NAMESPACE'))
      await this.run('NAMESPACE', [], {
        NAMESPACE: ({ attributes }) => {
          answer = attributes.map((list) => (Array.isArray(list) ? (list as Attributes).map(namespaceOf) : []));
        },
      });
    const [personal = [], ...foreign] = answer;
    const delimiter = answer.flat()[0]?.delimiter ?? '/';
    this.known = {
      personal: personal[0] ?? { prefix: '', delimiter },
      foreign: foreign.flat().map(({ prefix }) => prefix),
    };
  }

  /** Names in modified UTF-7. */
  async list(pattern: string): Promise<string[]> {
    const names: string[] = [];
    await this.run('LIST', [string(''), string(pattern)], {
      LIST: ({ attributes }) => {
        const [flags, , name] = attributes;
        const isMailbox = !(
          Array.isArray(flags) && flags.some((flag) => /^\\(Noselect|NonExistent)$/i.test(textOf(flag as Attribute)))
        );
        if (isMailbox && name !== undefined) names.push(textOf(name));
      },
    });
    return names;
  }

  create(name: string): Promise<void> {
    return this.run('CREATE', [string(name)]);
  }

  /** Opens a mailbox without changing what is recent. @returns how many messages it has */
  async examine(name: string): Promise<{ readonly exists: number; readonly uidvalidity: string }> {
    return this.open('EXAMINE', name);
  }

  async select(name: string): Promise<void> {
    if (this.selected === `SELECT ${name}`) return;
    await this.open('SELECT', name);
  }

  /** Of every message of the open mailbox. */
  async fetchAll(item: 'DIGEST.SHA1' | 'RFC822.SIZE', onMessage: (message: Fetched) => void): Promise<void> {
    await this.run('UID FETCH', [sequence('1:*'), ['UID', item].map(atom)], {
      FETCH: ({ attributes }) => {
        const values = fetchValues(attributes);
        const uid = Number(textOf(values.get('UID')));
        if (!(uid > 0)) return;
        onMessage({
          uid,
          ...(values.has('DIGEST.SHA1') ? { digest: textOf(values.get('DIGEST.SHA1')).toLowerCase() } : {}),
          ...(values.has('RFC822.SIZE') ? { size: Number(textOf(values.get('RFC822.SIZE'))) } : {}),
        });
      },
    });
  }

  /**
   * Fetches a message of the open mailbox in pieces, however large it is.
   * @param size what it should have: nothing behind it is asked for
   * @returns undefined when it is not there
   */
  async fetchBack(uid: number, size: number): Promise<FetchedBack | undefined> {
    const hash = createHash('sha1');
    let flags: readonly string[] | undefined;
    let total: number | undefined;
    for (let at = 0; at === 0 || at < size;) {
      let piece: Buffer | undefined;
      const body = { type: 'ATOM', value: 'BODY.PEEK', section: [], partial: [at, PIECE] };
      await this.run('UID FETCH', [sequence(String(uid)), [...['UID', 'FLAGS', 'RFC822.SIZE'].map(atom), body]], {
        FETCH: ({ attributes }) => {
          const values = fetchValues(attributes);
          const value = (values.get('BODY') as Attribute | undefined)?.value;
          // Of another message the server may tell flags at any time.
          if (Number(textOf(values.get('UID'))) !== uid || value === undefined) return;
          piece = Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : '', 'latin1');
          total = Number(textOf(values.get('RFC822.SIZE')));
          const found = values.get('FLAGS');
          flags = Array.isArray(found) ? found.map((flag) => textOf(flag as Attribute)) : [];
        },
      });
      if (piece === undefined || flags === undefined) return undefined;
      hash.update(piece);
      at += piece.length;
      if (piece.length === 0 || total !== size) break;
    }
    return { flags: flags ?? [], ...(total === size ? { digest: hash.digest('hex') } : {}) };
  }

  /** @returns uid 0 when the server does not tell */
  async append(
    name: string,
    message: Buffer,
    flags: readonly string[],
    internaldate: number,
  ): Promise<{ readonly uidvalidity: string; readonly uid: number }> {
    let code: readonly Attribute[] | undefined;
    await this.run(
      'APPEND',
      [string(name), flags.map(atom), string(imapDate(internaldate)), { type: 'LITERAL', value: message }],
      {},
      (response) => {
        const [first] = response.attributes;
        code = Array.isArray(first) ? undefined : (first as Attribute | undefined)?.section;
      },
    );
    const [kind, uidvalidity = '', uid] = (code ?? []).map(textOf);
    return kind?.toUpperCase() === 'APPENDUID' && Number(uid) > 0
      ? { uidvalidity, uid: Number(uid) }
      : { uidvalidity: '', uid: 0 };
  }

  async addFlags(uid: number, flags: readonly string[]): Promise<void> {
    await this.run('UID STORE', [sequence(String(uid)), atom('+FLAGS.SILENT'), flags.map(atom)]);
  }

  async annotate(uid: number, entry: string, scope: 'shared' | 'priv', value: Buffer): Promise<void> {
    await this.run('UID STORE', [
      sequence(String(uid)),
      atom('ANNOTATION'),
      [string(entry), [atom(`value.${scope}`), { type: 'LITERAL', value }]],
    ]);
  }

  async close(): Promise<void> {
    await this.client.logout().catch(() => undefined);
    this.client.close();
  }

  private async open(command: 'SELECT' | 'EXAMINE', name: string): Promise<{ exists: number; uidvalidity: string }> {
    let exists = 0;
    let uidvalidity = '';
    this.selected = undefined;
    await this.run(command, [string(name)], {
      EXISTS: (response) => {
        exists = Number(response.command);
      },
      OK: ({ attributes }) => {
        const [first] = attributes;
        const section = Array.isArray(first) ? undefined : (first as Attribute | undefined)?.section;
        if (section !== undefined && textOf(section[0]).toUpperCase() === 'UIDVALIDITY')
          uidvalidity = textOf(section[1]);
      },
    });
    this.selected = `${command} ${name}`;
    return { exists, uidvalidity };
  }

  private async run(
    command: string,
    attributes: unknown,
    untagged: Readonly<Record<string, (response: Untagged) => void>> = {},
    onDone: (response: Untagged) => void = () => undefined,
  ): Promise<void> {
    const handlers = Object.fromEntries(
      Object.entries(untagged).map(([name, handle]) => [
        name,
        (response: Untagged) => {
          handle(response);
          return Promise.resolve();
        },
      ]),
    );
    try {
      const done = await this.wire.exec(command, attributes, { untagged: handlers });
      onDone(done.response);
      done.next();
    } catch (cause) {
      const { responseStatus, responseText, message } = cause as {
        responseStatus?: string;
        responseText?: string;
        message: string;
      };
      if (responseStatus === 'NO' || responseStatus === 'BAD')
        throw new Refusal(`${responseStatus} ${responseText ?? message}`, { cause });
      throw new AuditError(
        'io',
        `the connection broke at ${command}: ${message}`,
        'Run it again: it goes on from the journal.',
        { cause },
      );
    }
  }
}

function namespaceOf(entry: Attribute | Attributes): Namespace {
  const [prefix, delimiter] = Array.isArray(entry) ? (entry as Attributes) : [];
  return { prefix: textOf(prefix), delimiter: textOf(delimiter) || '/' };
}

const atom = (value: string): Attribute => ({ type: 'ATOM', value });
const string = (value: string): Attribute => ({ type: 'STRING', value });
const sequence = (value: string): Attribute => ({ type: 'SEQUENCE', value });

function textOf(attribute: Attribute | Attributes | undefined): string {
  if (attribute === undefined || Array.isArray(attribute)) return '';
  const { value } = attribute as Attribute;
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
}

/** `FETCH (UID 7 FLAGS (...))`: values by name. */
function fetchValues(attributes: Attributes): ReadonlyMap<string, Attribute | Attributes> {
  const list = attributes.find((one) => Array.isArray(one)) as Attributes | undefined;
  const values = new Map<string, Attribute | Attributes>();
  for (let i = 0; list !== undefined && i + 1 < list.length; i += 2)
    values.set(textOf(list[i]).toUpperCase(), list[i + 1]!);
  return values;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** An internaldate as APPEND takes it. @param seconds since the epoch */
function imapDate(seconds: number): string {
  const iso = new Date(seconds * 1000).toISOString();
  return `${iso.slice(8, 10)}-${MONTHS[Number(iso.slice(5, 7)) - 1]!}-${iso.slice(0, 4)} ${iso.slice(11, 19)} +0000`;
}

function connectError(host: string, port: number, user: string | undefined, cause: unknown): AuditError | Refusal {
  const { code, message, response, authenticationFailed, responseText } = cause as Record<string, unknown>;
  const words = [responseText, response, message, code].find((word) => typeof word === 'string') ?? String(cause);
  const what =
    authenticationFailed === true ? `the login${user === undefined ? '' : ` for ${user}`} was refused` : 'no session';
  const text = `${host}:${String(port)}: ${what}: ${words}${typeof code === 'string' && code !== words ? ` (${code})` : ''}`;
  if (authenticationFailed === true && user !== undefined) return new Refusal(text, { cause });
  return new AuditError(
    'io',
    text,
    authenticationFailed === true
      ? 'Check --admin and its password: it must be listed in admins or proxyservers of imapd.conf, and AUTH=PLAIN be allowed.'
      : 'Check the address; for a certificate that is not known use --ca FILE.',
    { cause },
  );
}
