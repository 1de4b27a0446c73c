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
    options?: { readonly untagged?: Readonly<Record<string, (response: Untagged) => Promise<void>>> },
  ): Promise<{ readonly response: Untagged; next(): void }>;
  run(command: string, ...args: unknown[]): Promise<unknown>;
  readonly secureConnection: boolean;
}

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

  /** @throws Refusal when the server says no */
  async run(
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

  async close(): Promise<void> {
    await this.client.logout().catch(() => undefined);
    this.client.close();
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
