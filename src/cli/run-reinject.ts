import { fstatSync, openSync, closeSync, readFileSync } from 'node:fs';
import type { ManifestMessage } from '../generated/manifest.js';
import { AuditError } from '../model/audit-error.js';
import { messageProblem } from '../reinject/check-message.js';
import type { ServerAddress } from '../reinject/imap-session.js';
import { Journal } from '../reinject/journal.js';
import { checkManifest, readManifest, readManifestSides } from '../reinject/read-manifest.js';
import { DEFAULT_CONNECTIONS } from '../reinject/options.js';
import { reinject } from '../reinject/reinject.js';
import { RunLock } from '../reinject/run-lock.js';
import { encodeMutf7 } from '../report/mutf7.js';
import { counted } from '../report/numbers.js';
import { printable } from '../report/printable.js';
import { systemErrorWords } from '../sources/system-error.js';
import { makeValidator } from './read-json.js';
import { readSchema } from './report-schema.js';
import { refuseBelowSides } from './report-target.js';
import { sideDirectories } from './side-directories.js';
import { writeStdout } from './terminal.js';

/** As commander hands them over. */
export interface ReinjectCommandOptions {
  readonly to: string;
  readonly admin: string;
  readonly passwordFile?: string;
  readonly into?: string;
  readonly journal?: string;
  readonly dryRun?: boolean;
  readonly rate?: number;
  readonly connections?: number;
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly tls: boolean;
}

const PASSWORD_VARIABLE = 'CYRAUDIT_IMAP_PASSWORD';
const MAX_PASSWORD_BYTES = 4096;

/** @returns the exit status */
export async function runReinject(manifest: string, options: ReinjectCommandOptions): Promise<number> {
  const server = parseServer(options);
  const credentials = { admin: options.admin, password: readPassword(options.passwordFile) };
  const isDryRun = options.dryRun === true;
  // A name that was mistyped gets no journal, wherever that would be.
  checkManifest(manifest);
  const path = options.journal ?? `${manifest}.journal`;
  if (!isDryRun) refuseBelowSides(path, directoriesOf(manifest));
  const address = `${server.host}:${String(server.port)}`;
  const lock = isDryRun ? undefined : await RunLock.hold(path, manifest, address);
  let journal: Journal | undefined;
  let lines = Promise.resolve();
  try {
    journal = Journal.open(path, address, isDryRun);
    const result = await reinject({
      server,
      credentials,
      manifest,
      messages: readManifest(manifest, messageValidator()),
      journal,
      ...(options.into === undefined ? {} : { into: encodeMutf7(options.into) }),
      isDryRun,
      ...(options.rate === undefined ? {} : { rate: options.rate }),
      connections: options.connections ?? DEFAULT_CONNECTIONS,
      onLine: (line) => {
        lines = lines.then(() => writeStdout(`${printable(line)}\n`));
        // Told when the work is done: what has been begun is not left half done for it.
        lines.catch(() => undefined);
      },
    });
    await lines;
    const { appended, present, removed, flagged, verified, failed } = result;
    const parts = [
      `${counted(appended, 'message')} ${isDryRun ? 'would be put back' : 'put back'}`,
      `${counted(present, 'message')} there before`,
      ...(removed > 0 ? [`${counted(removed, 'message')} removed by somebody since an earlier run, and left so`] : []),
      ...(flagged > 0 ? [`${counted(flagged, 'message')} ${isDryRun ? 'would be flagged' : 'flagged'}`] : []),
      ...(isDryRun ? [] : [`${counted(verified, 'message')} fetched back and proven by SHA-1`]),
      ...(failed > 0 ? [`${counted(failed, 'problem')}, told above`] : []),
    ];
    await writeStdout(`${parts.join('; ')}.\n`);
    return failed > 0 ? 1 : 0;
  } finally {
    journal?.close();
    lock?.release();
  }
}

function messageValidator(): (value: unknown) => string | undefined {
  const { $defs } = readSchema('manifest') as { readonly $defs: object };
  const validate = makeValidator({ $defs, $ref: '#/$defs/message' }, 'message');
  return (value) => validate(value) ?? messageProblem(value as ManifestMessage);
}

/** Where the sides of the salvage lie, as far as they can be seen from here. */
function directoriesOf(manifest: string): string[] {
  return readManifestSides(manifest).flatMap(({ source, root }) => {
    try {
      return sideDirectories({ role: 'single', source, ...(root === undefined ? {} : { root }) });
    } catch (error) {
      // On this machine there is no such side, or it is no more.
      if (error instanceof AuditError) return [];
      throw error;
    }
  });
}

function refuse(message: string, advice: string): AuditError {
  return new AuditError('usage', message, advice);
}

function parseServer({ to, ca, insecure = false, tls }: ReinjectCommandOptions): ServerAddress {
  const advice = 'Use imaps://HOST[:PORT], or imap://HOST[:PORT] for STARTTLS.';
  const url = URL.canParse(to) ? new URL(to) : undefined;
  if (url === undefined || !['imap:', 'imaps:'].includes(url.protocol) || url.hostname === '')
    // What may hold a password is not repeated.
    throw refuse(
      `--to: expected the address of an IMAP server, found ${to.includes('@') ? 'something else' : `'${to}'`}`,
      advice,
    );
  if (url.username !== '' || url.password !== '')
    throw refuse(
      '--to: expected an address without user and password, as others can see a command line',
      `Give the name with --admin, and the password with --password-file or in ${PASSWORD_VARIABLE}.`,
    );
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '')
    throw refuse(`--to ${to}: expected nothing behind the host and port`, advice);
  const isTls = url.protocol === 'imaps:';
  if (isTls && !tls) throw refuse('--no-tls: imaps:// is TLS', 'Use imap:// with it, or leave it out.');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isTls ? 993 : 143) : Number(url.port),
    security: isTls ? 'tls' : tls ? 'starttls' : 'none',
    ...(ca === undefined ? {} : { ca: readCa(ca) }),
    isInsecure: insecure,
  };
}

function readCa(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new AuditError(
      'io',
      `--ca ${path}: expected certificates as PEM, found ${systemErrorWords(cause)}`,
      'Name a readable file of certificates.',
      {
        cause,
      },
    );
  }
}

function readPassword(path: string | undefined): string {
  if (path === undefined) {
    const password = process.env[PASSWORD_VARIABLE] ?? '';
    if (password !== '') return password;
    throw refuse('no password was given', `Use --password-file FILE, or set ${PASSWORD_VARIABLE}.`);
  }
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    throw new AuditError(
      'io',
      `--password-file ${path}: expected a file with the password, found ${systemErrorWords(cause)}`,
      'Name a file that you may read.',
      {
        cause,
      },
    );
  }
  try {
    const { mode, size } = fstatSync(fd);
    if ((mode & 0o077) !== 0)
      throw refuse(
        `--password-file ${path}: expected a file for its owner only, found mode ${(mode & 0o777).toString(8).padStart(4, '0')}`,
        `Run chmod 600 ${path}.`,
      );
    const password = size > MAX_PASSWORD_BYTES ? '' : readFileSync(fd, 'utf8').replace(/\r?\n$/, '');
    if (password !== '' && !/[\r\n\0]/.test(password)) return password;
    throw refuse(`--password-file ${path}: expected one line with a password`, 'Write nothing else into it.');
  } finally {
    closeSync(fd);
  }
}
