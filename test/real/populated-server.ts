/** A pair on which everything happened that leaves something on disk, and a copy of it as it was when it stopped. */
import { execFileSync } from 'node:child_process';
import { constants } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { as, deliver } from '../../fixtures/make/drift.js';
import type { Instance, Pair } from '../../fixtures/make/instance.js';
import { startPair } from '../../fixtures/make/instance.js';
import { CyrusTools } from '../support/cyrus-tools.js';

export interface PopulatedServer {
  readonly pair: Pair;
  /** The stopped master: its tools may write to it. */
  readonly master: Instance;
  readonly tools: CyrusTools;
  /** Holds `master/` and `replica/` as they were when they stopped. */
  readonly copy: string;
  dispose(): Promise<void>;
}

const CONF = {
  conversations: 'yes',
  conversations_counted_flags: '\\Draft \\Flagged $Label1',
  reverseacls: 'yes',
  statuscache: 'yes',
  archive_enabled: 'yes',
  'archivepartition-default': 'archive',
  'metapartition-default': 'meta',
  metapartition_files: 'header index',
  'partition-p2': 'spool2',
  sync_cache_db_path: 'conf/sync_cache.db',
};

export async function startPopulatedServer(): Promise<PopulatedServer> {
  const dir = await mkdtemp(join(tmpdir(), 'cyraudit-populated-'));
  chmodSync(dir, 0o755);
  let pair: Pair | undefined;
  const dispose = async (): Promise<void> => {
    await pair?.dispose();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    pair = await startPair({ conf: { ...CONF, ...makeCertificate(dir) } });
    await populate(pair);
    await pair.stop();
    const copy = join(dir, 'copy');
    await pair.copyStopped(copy);
    const { master } = pair;
    return { pair, master, tools: new CyrusTools(master.confFile), copy, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function makeCertificate(dir: string): { readonly tls_server_cert: string; readonly tls_server_key: string } {
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '2', '-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject], { stdio: 'ignore' });
  for (const path of [cert, key]) chmodSync(path, 0o644);
  return { tls_server_cert: cert, tls_server_key: key };
}

async function populate(pair: Pair): Promise<void> {
  const { master } = pair;
  await as(master, 'cyrus', async (admin) => {
    for (const user of ['ada', 'ben', 'cai']) await admin.create(`user.${user}`);
    await admin.create('lists');
    await admin.create('lists.announce');
    await admin.setAcl('lists.announce', 'anyone', 'lrs');
    await admin.setAcl('lists.announce', 'cyrus', 'lrswipkxtecda');
    await admin.setAcl('lists.announce', 'group:staff', 'lrswip');
    await admin.setAcl('user.ada', '-ben', 'd');
    await admin.setQuota('user.ada', 10_000);
    await admin.command('SETQUOTA "user.ben" (STORAGE 20000 MESSAGE 500 X-ANNOTATION-STORAGE 100)');
    await admin.setMetadata('', '/shared/comment', 'of the server');
  });
  await as(master, 'ada', async (ada) => {
    for (let n = 1; n <= 8; n++) await deliver(ada, 'INBOX', n, n % 2 === 0 ? ['\\Seen', '$Label1'] : []);
    await ada.store('INBOX', '3', '+', ['\\Flagged', '\\Answered', '\\Draft']);
    await ada.store('INBOX', '4', '+', ['\\Deleted']);
    // Flags in all four words of a record: a server allows 100 names.
    for (let n = 0; n < 98; n += 14) {
      const names = Array.from({ length: 14 }, (_, i) => `Word${n + i}`);
      await ada.store('INBOX', '5', '+', names);
    }
    await ada.store('INBOX', '6', '+', ['Word31', 'Word64', 'Word97']);
    await ada.command('UID STORE 1 ANNOTATION (/comment (value.shared "of everyone"))');
    await ada.command('UID STORE 2 ANNOTATION (/comment (value.priv "mine alone"))');
    await ada.command('UID STORE 3 ANNOTATION (/comment (value.shared "gone"))');
    await ada.command('UID STORE 3 ANNOTATION (/comment (value.shared NIL))');
    await ada.expunge('INBOX', '7,8');
    for (const name of ['Work', 'Work.a b', 'Work.&AOQ-x', 'Empty', 'Old', 'Doomed', "it's (odd)"]) {
      await ada.create(`INBOX.${name}`);
    }
    await deliver(ada, 'INBOX.Work', 11, ['Urgent']);
    await deliver(ada, 'INBOX.Work', 12, ['\\Seen']);
    await deliver(ada, 'INBOX.Work.a b', 13);
    await deliver(ada, 'INBOX.Old', 14);
    await ada.rename('INBOX.Old', 'INBOX.New');
    await deliver(ada, 'INBOX.Doomed', 15);
    await ada.delete('INBOX.Doomed');
    await ada.subscribe('INBOX.Work');
    await ada.subscribe('lists.announce');
    await ada.setAcl('INBOX.Work', 'ben', 'lrswi');
    await ada.setMetadata('INBOX.Work', '/private/comment', 'note');
    await ada.setMetadata('INBOX.Empty', '/private/specialuse', '\\Drafts');
    await ada.command('STATUS INBOX (MESSAGES UNSEEN)');
    await ada.command('STATUS INBOX.Work (MESSAGES RECENT HIGHESTMODSEQ)');
  });
  await as(master, 'cyrus', async (admin) => {
    await admin.movePartition('user.ada.New', 'p2');
    await deliver(admin, 'lists.announce', 21);
    await deliver(admin, 'lists.announce', 22);
  });
  await as(master, 'ben', async (ben) => {
    await deliver(ben, 'INBOX', 31);
    await ben.read('lists.announce', '1');
    await ben.read('user.ada.Work', '1:2');
    await ben.subscribe('user.ada.Work');
  });
  for (const n of [1, 2]) {
    const message = `From: a@example.org\r\nMessage-ID: <d${n}@example.org>\r\nSubject: by LMTP\r\n\r\nbody\r\n`;
    const { exit, stderr } = await master.tool('deliver', ['cai'], { input: message });
    if (exit !== 0) throw new Error(`deliver => ${exit}: ${stderr}`);
  }
  await master.mustTool('cyr_deny', '-m', 'not today', 'cai');
  await startTlsSession(master);
  for (const run of [await pair.syncRolling(), await pair.syncAll()]) {
    if (run.exit !== 0) throw new Error(`${run.command} => ${run.exit}: ${run.stderr}`);
  }
  // All of ben's mail goes to the archive; what comes after stays.
  await master.mustTool('cyr_expire', '-E', '1', '-A', '0s', '-p', 'user.ben');
  await as(master, 'ben', (ben) => deliver(ben, 'INBOX', 32));
}

/** A session that the server has to keep: the client takes no ticket instead. */
async function startTlsSession({ ports }: Instance): Promise<void> {
  const socket = connect(ports.imap, '127.0.0.1');
  await once(socket, 'data');
  socket.write('a STARTTLS\r\n');
  await once(socket, 'data');
  const secure = connectTls({
    socket,
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_TICKET,
  });
  await once(secure, 'secureConnect');
  // A session that is not ended is forgotten.
  secure.write('b LOGOUT\r\n');
  secure.resume();
  await once(secure, 'end');
  secure.end();
  socket.destroy();
}
