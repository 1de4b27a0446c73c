import { createHash } from 'node:crypto';
import type { Namespace, Namespaces } from './imap-names.js';
import { ImapSession, type Credentials, type ServerAddress } from './imap-session.js';
import {
  atom,
  fetchValues,
  imapDate,
  sequence,
  string,
  textOf,
  type Attribute,
  type Attributes,
  type Untagged,
} from './imap-tokens.js';
import type { MessageContent } from './message-file.js';
import { Refusal } from './refusal.js';

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

/** What is asked and told of the mailboxes of a user. */
export class ImapAccount {
  private selected: string | undefined;
  private known: Namespaces = { personal: { prefix: '', delimiter: '/' }, foreign: [] };

  private constructor(
    private session: ImapSession,
    private readonly open: () => Promise<ImapSession>,
  ) {}

  /**
   * @param user undefined = the administrator himself, for shared mailboxes
   * @throws Refusal when the login for this user is refused
   */
  static async connect(
    address: ServerAddress,
    credentials: Credentials,
    user: string | undefined,
  ): Promise<ImapAccount> {
    const open = (): Promise<ImapSession> => ImapSession.connect(address, credentials, user);
    const account = new ImapAccount(await open(), open);
    await account.askNamespaces();
    return account;
  }

  has(capability: string): boolean {
    return this.session.has(capability);
  }

  get namespaces(): Namespaces {
    return this.known;
  }

  private async askNamespaces(): Promise<void> {
    let answer: readonly (readonly Namespace[])[] = [];
    if (this.has('NAMESPACE'))
      await this.session.run('NAMESPACE', [], {
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
    await this.session.run('LIST', [string(''), string(pattern)], {
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
    return this.session.run('CREATE', [string(name)]);
  }

  /** Opens a mailbox without changing what is recent. @returns how many messages it has */
  async examine(name: string): Promise<{ readonly exists: number; readonly uidvalidity: string }> {
    return this.openMailbox('EXAMINE', name);
  }

  async select(name: string): Promise<void> {
    if (this.selected === `SELECT ${name}`) return;
    await this.openMailbox('SELECT', name);
  }

  /** Of every message of the open mailbox. */
  async fetchAll(item: 'DIGEST.SHA1' | 'RFC822.SIZE', onMessage: (message: Fetched) => void): Promise<void> {
    await this.session.run('UID FETCH', [sequence('1:*'), ['UID', item].map(atom)], {
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
      await this.session.run(
        'UID FETCH',
        [sequence(String(uid)), [...['UID', 'FLAGS', 'RFC822.SIZE'].map(atom), body]],
        {
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
        },
      );
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
    content: MessageContent,
    flags: readonly string[],
    internaldate: number,
  ): Promise<{ readonly uidvalidity: string; readonly uid: number }> {
    let code: readonly Attribute[] | undefined;
    const onDone = ({ attributes: [first] }: Untagged): void => {
      code = Array.isArray(first) ? undefined : (first as Attribute | undefined)?.section;
    };
    const words = [string(name), flags.map(atom), string(imapDate(internaldate))];
    try {
      if (content.bytes === undefined) await this.session.runWithLiteral('APPEND', words, content, onDone);
      else await this.session.run('APPEND', [...words, { type: 'LITERAL', value: content.bytes }], {}, onDone);
    } catch (error) {
      // A message that could not be sent to its end has cost the connection, and the next one needs another.
      if (error instanceof Refusal && !this.session.isOpen) {
        this.selected = undefined;
        this.session = await this.open();
      }
      throw error;
    }
    const [kind, uidvalidity = '', uid] = (code ?? []).map(textOf);
    return kind?.toUpperCase() === 'APPENDUID' && Number(uid) > 0
      ? { uidvalidity, uid: Number(uid) }
      : { uidvalidity: '', uid: 0 };
  }

  async addFlags(uid: number, flags: readonly string[]): Promise<void> {
    await this.session.run('UID STORE', [sequence(String(uid)), atom('+FLAGS.SILENT'), flags.map(atom)]);
  }

  async annotate(uid: number, entry: string, scope: 'shared' | 'priv', value: Buffer): Promise<void> {
    await this.session.run('UID STORE', [
      sequence(String(uid)),
      atom('ANNOTATION'),
      [string(entry), [atom(`value.${scope}`), { type: 'LITERAL', value }]],
    ]);
  }

  close(): Promise<void> {
    return this.session.close();
  }

  private async openMailbox(
    command: 'SELECT' | 'EXAMINE',
    name: string,
  ): Promise<{ exists: number; uidvalidity: string }> {
    let exists = 0;
    let uidvalidity = '';
    this.selected = undefined;
    await this.session.run(command, [string(name)], {
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
}

function namespaceOf(entry: Attribute | Attributes): Namespace {
  const [prefix, delimiter] = Array.isArray(entry) ? (entry as Attributes) : [];
  return { prefix: textOf(prefix), delimiter: textOf(delimiter) || '/' };
}
