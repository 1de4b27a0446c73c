import { spawn } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cliFile, runCli, type Ran } from '../support/cli.js';
import { MANIFEST_MESSAGE } from '../support/salvage/manifest-message.js';

let dir: string;
let manifest: string;
let server: Server | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-reinject-'));
  manifest = join(dir, 'manifest.json');
  writeFileSync(manifest, '{"kind":"salvage-manifest","messages":[]}');
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(dir, { recursive: true });
});

describe('what is refused before anything is said to a server', () => {
  const password = (text: string, mode = 0o600): string => {
    const file = join(dir, 'pw');
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };
  const run = (to: string, ...args: string[]): Ran =>
    runCli(['reinject', manifest, '--to', to, '--admin', 'cyrus', ...args], { CYRAUDIT_IMAP_PASSWORD: '' });

  test.each([
    ['https://host', /--to: expected the address of an IMAP server, found 'https:\/\/host'\. Use imaps/],
    ['http://u:secret@host', /--to: expected the address of an IMAP server, found something else\. Use imaps/],
    ['host', /--to: expected the address of an IMAP server/],
    ['imaps://host/INBOX', /expected nothing behind the host and port/],
  ])('--to %s', (to, message) => {
    expect(run(to)).toMatchObject({ status: 3, stderr: expect.stringMatching(message) as unknown });
  });

  test('a password in the address, which is not repeated', () => {
    const { status, stderr } = run('imaps://cyrus:geheim@host');
    expect([status, stderr]).toEqual([3, expect.stringContaining('--password-file')]);
    expect(stderr).not.toContain('geheim');
  });

  test('a password that others can read, none, and one of two lines', () => {
    const to = 'imaps://host';
    expect(run(to, '--password-file', password('x', 0o640)).stderr).toMatch(/found mode 0640. Run chmod 600/);
    expect(run(to, '--password-file', password('\n')).stderr).toMatch(/expected one line with a password/);
    expect(run(to, '--password-file', password('a\nb\n')).stderr).toMatch(/expected one line with a password/);
    expect(run(to, '--password-file', join(dir, 'none')).stderr).toMatch(/--password-file .*ENOENT/);
    expect(run(to).stderr).toMatch(/no password was given/);
    expect(existsSync(`${manifest}.journal`)).toBe(false);
  });

  test('--no-tls with imaps, a CA that is not there, a manifest that is none', () => {
    const pw = ['--password-file', password('x\n')];
    expect(run('imaps://host', ...pw, '--no-tls').stderr).toMatch(/--no-tls: imaps:\/\/ is TLS/);
    expect(run('imaps://host', ...pw, '--ca', join(dir, 'none')).stderr).toMatch(
      /--ca .*none: expected certificates as PEM, found no such file or directory \(ENOENT\)\. Name/,
    );
    writeFileSync(manifest, '{}');
    expect(run('imaps://host', ...pw)).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/manifest/) as unknown,
    });
  });

  test('a manifest that is not there gets no journal', () => {
    rmSync(manifest);
    expect(run('imaps://host', '--password-file', password('x\n'))).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/expected a manifest, found no such file or directory \(ENOENT\)/) as unknown,
    });
    expect(existsSync(`${manifest}.journal`)).toBe(false);
  });

  test('a manifest without anything to recover needs no server', () => {
    const { status, stdout } = run('imaps://host.invalid', '--password-file', password('x\n'));
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^0 messages put back; /)]);
  });
});

/** Without blocking the servers of this process. */
const runAsync = (...args: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [cliFile, 'reinject', manifest, '--admin', 'cyrus', ...args], {
      env: { ...process.env, CYRAUDIT_IMAP_PASSWORD: 'geheim' },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });

/** Greets, knows PLAIN, and refuses it; what it was told is kept. */
function answer(socket: Socket, told: string[]): void {
  let asking: string | undefined;
  socket.on('error', () => undefined);
  socket.write('* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n');
  socket.on('data', (data: Buffer) => {
    for (const line of data.toString('latin1').split('\r\n').filter(Boolean)) {
      told.push(line);
      const [tag, command] = line.split(' ');
      if (asking !== undefined) {
        socket.write(`${asking} NO not you\r\n`);
        asking = undefined;
      } else if (command === 'AUTHENTICATE') {
        asking = tag;
        socket.write('+ \r\n');
      } else socket.write(`${tag} OK done\r\n`);
    }
  });
}
const listen = async (made: Server): Promise<number> => {
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return (made.address() as AddressInfo).port;
};

describe('the connection', () => {
  beforeEach(() => {
    writeFileSync(manifest, JSON.stringify({ kind: 'salvage-manifest', messages: [MANIFEST_MESSAGE] }));
  });

  test('imap:// says no password to a server without STARTTLS', async () => {
    const told: string[] = [];
    const port = await listen(createServer((socket) => answer(socket, told)));
    const { status, stderr } = await runAsync('--to', `imap://127.0.0.1:${port}`);
    expect([status, stderr]).toEqual([3, expect.stringContaining(`127.0.0.1:${port}: no session`)]);
    expect(told.filter((line) => /AUTHENTICATE|LOGIN/.test(line))).toEqual([]);
  });

  test('the administrator acts for the user, and a refusal is told', async () => {
    const told: string[] = [];
    const port = await listen(createServer((socket) => answer(socket, told)));
    const { status, stderr } = await runAsync('--to', `imap://127.0.0.1:${port}`, '--no-tls');
    expect([status, stderr]).toEqual([3, expect.stringMatching(/the login was refused: .*not you/)]);
    // Then by himself: whether the password is wrong is asked once.
    const responses = [...told.join('\n').matchAll(/AUTHENTICATE PLAIN\n(\S+)/g)].map(([, response = '']) =>
      Buffer.from(response, 'base64').toString(),
    );
    expect(responses).toEqual(['ada\0cyrus\0geheim', '\0cyrus\0geheim']);
  });

  test('imaps:// wants a certificate that is known, or --ca, or --insecure', async () => {
    const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...[
          '-subj',
          '/CN=localhost',
          '-addext',
          'subjectAltName=DNS:localhost,IP:127.0.0.1',
          '-keyout',
          key,
          '-out',
          cert,
        ],
      ],
      { stdio: 'ignore' },
    );
    const told: string[] = [];
    const made = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) =>
      answer(socket, told),
    );
    const to = `imaps://127.0.0.1:${await listen(made)}`;
    const unknown = await runAsync('--to', to);
    expect([unknown.status, unknown.stderr]).toEqual([3, expect.stringMatching(/self.signed certificate.*--ca FILE/i)]);
    expect(told).toEqual([]);
    for (const trust of [['--ca', cert], ['--insecure']])
      expect((await runAsync('--to', to, ...trust)).stderr).toContain('the login was refused');
  });
});
