import { ImapAccount } from './imap-account.js';
import type { ReinjectOptions } from './options.js';
import { Refusal } from './refusal.js';

interface Connection {
  readonly user: string | undefined;
  readonly imap: ImapAccount;
}

/** Connections to one server, no more than so many. One that is idle is kept for the next batch of its user. */
export class Connections {
  private readonly idle: Connection[] = [];
  private open = 0;
  /** Rejected when the server does not know the administrator; undefined = nobody has logged in yet. */
  private admin: Promise<void> | undefined;

  constructor(
    private readonly options: Pick<ReinjectOptions, 'server' | 'credentials'>,
    private readonly most: number,
  ) {}

  /**
   * Lends a connection on which the administrator acts for a user.
   * @throws Refusal when this user's login alone is refused
   */
  async use(user: string | undefined, job: (imap: ImapAccount) => Promise<void>): Promise<void> {
    const imap = await this.take(user);
    try {
      await job(imap);
    } catch (error) {
      await imap.close();
      this.open--;
      throw error;
    }
    this.idle.push({ user, imap });
  }

  async close(): Promise<void> {
    await Promise.all(this.idle.splice(0).map(({ imap }) => imap.close()));
  }

  private async take(user: string | undefined): Promise<ImapAccount> {
    const mine = this.idle.findIndex((connection) => connection.user === user);
    if (mine >= 0) return this.idle.splice(mine, 1)[0]!.imap;
    if (this.open >= this.most) {
      // Whoever asks is one of no more than so many: one is idle.
      await this.idle.shift()!.imap.close();
      this.open--;
    }
    this.open++;
    try {
      return await this.logIn(user);
    } catch (error) {
      this.open--;
      throw error;
    }
  }

  /**
   * The first login is alone, and a wrong password ends the work: who tries it for every user, or on every connection, is
   * locked out.
   */
  private async logIn(user: string | undefined): Promise<ImapAccount> {
    if (this.admin !== undefined) {
      await this.admin;
      return this.connect(user);
    }
    const login = this.connect(user);
    this.admin = login.then(
      () => undefined,
      async (error: unknown) => {
        if (!(error instanceof Refusal)) throw error;
        await (await this.connect(undefined)).close();
      },
    );
    await this.admin;
    return login;
  }

  private connect(user: string | undefined): Promise<ImapAccount> {
    return ImapAccount.connect(this.options.server, this.options.credentials, user);
  }
}
