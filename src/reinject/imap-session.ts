import type { Writable } from 'node:stream';
import type { ImapFlow, ImapFlowOptions } from 'imapflow';
import { AuditError } from '../model/audit-error.js';
import type { Untagged } from './imap-tokens.js';
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

/** What imapflow has and does not declare. */
interface Executor {
  exec(
    command: string,
    attributes: unknown,
    options?: {
      readonly untagged?: Readonly<Record<string, (response: Untagged) => Promise<void>>>;
      /** The server waits for more of the command. */
      readonly onPlusTag?: () => Promise<void>;
    },
  ): Promise<{ readonly response: Untagged; next(): void }>;
  run(command: string, ...args: unknown[]): Promise<unknown>;
  readonly secureConnection: boolean;
  readonly writeSocket: Writable;
}

/** An argument that is sent piece by piece. */
export interface Literal {
  /** Unit: bytes. */
  readonly size: number;
  /** A Refusal that it throws ends the connection, so that the server takes no part of it for the whole. */
  readonly pieces: () => Iterable<Buffer>;
}

/** More than is ever asked for at a time. Unit: bytes. */
const MAX_LITERAL = 8 * 1024 * 1024;

/** One connection, on which an administrator acts for a user. */
export class ImapSession {
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
  ): Promise<ImapSession> {
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
      maxLiteralSize: MAX_LITERAL,
      maxResponseSize: 2 * MAX_LITERAL,
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
    return new ImapSession(client, wire);
  }

  has(capability: string): boolean {
    return this.client.capabilities.has(capability);
  }

  /** False when it was ended from either side. */
  get isOpen(): boolean {
    return this.client.usable;
  }

  /** @throws Refusal when the server says no */
  run(
    command: string,
    attributes: readonly unknown[],
    untagged: Readonly<Record<string, (response: Untagged) => void>> = {},
    onDone?: (response: Untagged) => void,
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
    return this.execute(command, attributes, { untagged: handlers }, onDone);
  }

  /**
   * The same with a literal as the last argument, of which no more than a piece is in memory. imapflow takes only whole
   * ones: to it the size is a word, at which the server asks for the rest.
   */
  async runWithLiteral(
    command: string,
    attributes: readonly unknown[],
    { size, pieces }: Literal,
    onDone: (response: Untagged) => void,
  ): Promise<void> {
    let isAsked = false;
    let problem: Error | undefined;
    const send = async (): Promise<void> => {
      if (isAsked) return;
      isAsked = true;
      try {
        for (const piece of pieces()) await this.write(piece);
        await this.write(Buffer.from('\r\n'));
      } catch (error) {
        // What the socket says is told by the command as well.
        if (error instanceof Error && !('code' in error)) problem = error;
        this.client.close();
      }
    };
    const marked = [...attributes, { type: 'TEXT', value: `{${String(size)}}` }];
    try {
      await this.execute(command, marked, { onPlusTag: send }, onDone);
    } catch (error) {
      if (problem !== undefined) throw problem;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.client.logout().catch(() => undefined);
    this.client.close();
  }

  /** Waits until the system has taken it. */
  private write(piece: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.wire.writeSocket.write(piece, (error) => {
        if (error === null || error === undefined) resolve();
        else reject(error);
      });
    });
  }

  private async execute(
    command: string,
    attributes: readonly unknown[],
    options: Parameters<Executor['exec']>[2],
    onDone: (response: Untagged) => void = () => undefined,
  ): Promise<void> {
    try {
      const done = await this.wire.exec(command, attributes, options);
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
