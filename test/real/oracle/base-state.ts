/** The common state from which every seed starts: made once, by real Cyrus, and copied. */
import { as, deliver, replicate } from '../../../fixtures/make/drift.js';
import type { Conf } from '../../../fixtures/make/imapd-conf.js';
import { startPair } from '../../../fixtures/make/instance.js';
import type { Pair } from '../../../fixtures/make/instance.js';
import { asSieve } from '../../../fixtures/make/sieve-client.js';
import { observe } from './observation.js';
import type { Observation, SideState } from './observation.js';

export interface BaseState {
  /** `master/` and `replica/` of a stopped pair in sync. */
  readonly dir: string;
  readonly common: Observation;
}

export const baseUsers = ['ada', 'ben', 'cyd'] as const;

/** Three users and two shared mailboxes with a history: expunged messages, some of them cleaned out, a renamed and a
 *  deleted folder, other users' seen state, annotations, quota, subscriptions, sieve scripts. */
export async function makeBaseState(dir: string, conf: Conf): Promise<BaseState> {
  const pair = await startPair({ conf });
  try {
    await populate(pair);
    await replicate(pair);
    await pair.stop();
    await pair.copyStopped(dir);
    const common = await observe(pair);
    for (const side of [common.master, common.replica]) mustSee(side);
    return { dir, common };
  } finally {
    await pair.dispose();
  }
}

/** An observer that is blind to something would find no harm in its loss. */
function mustSee({ annotations, quotas, users }: SideState): void {
  const all = [...users.values()];
  const seen = {
    annotations: annotations.size,
    quotas: quotas.size,
    subscriptions: all.filter(({ subscriptions }) => subscriptions.size > 0).length,
    'seen state': all.filter(({ seen: rows }) => rows.size > 0).length,
  };
  for (const [what, count] of Object.entries(seen)) if (count === 0) throw new Error(`no ${what} observed`);
}

async function populate({ master }: Pair): Promise<void> {
  await as(master, 'cyrus', async (admin) => {
    for (const user of baseUsers) await admin.create(`user.${user}`);
    for (const name of ['team', 'news']) {
      await admin.create(`shared.${name}`);
      await admin.setAcl(`shared.${name}`, 'anyone', 'lrswipkxtea');
    }
    await admin.setQuota('user.ada', 10_000);
    await admin.setQuota('user.ben', 20_000);
  });
  await as(master, 'ada', async (ada) => {
    for (let n = 1; n <= 8; n++) await deliver(ada, 'INBOX', n, n % 2 === 0 ? ['\\Seen'] : ['$Label1']);
    for (const name of ['Work', 'Work.Deep', 'Old', 'Empty', 'Gone']) await ada.create(`INBOX.${name}`);
    for (let n = 11; n <= 15; n++) await deliver(ada, 'INBOX.Work', n);
    for (let n = 16; n <= 18; n++) await deliver(ada, 'INBOX.Work.Deep', n, ['\\Flagged']);
    for (let n = 19; n <= 22; n++) await deliver(ada, 'INBOX.Old', n);
    await deliver(ada, 'INBOX.Gone', 23);
    await ada.expunge('INBOX', '2');
    await ada.expunge('INBOX.Old', '1:2');
    await ada.subscribe('INBOX');
    await ada.subscribe('INBOX.Work');
    await ada.setMetadata('INBOX.Work', '/private/comment', 'note');
    await ada.setAcl('INBOX.Work', 'ben', 'lrswite');
    await ada.rename('INBOX.Work.Deep', 'INBOX.Projects');
    await ada.delete('INBOX.Gone');
  });
  await master.tool('cyr_expire', ['-E', '1', '-X', '0']);
  await as(master, 'ada', (ada) => ada.expunge('INBOX', '3'));
  await as(master, 'ben', async (ben) => {
    for (let n = 31; n <= 35; n++) await deliver(ben, 'INBOX', n);
    await ben.create('INBOX.Lists');
    for (let n = 36; n <= 38; n++) await deliver(ben, 'INBOX.Lists', n, ['\\Seen']);
    await ben.subscribe('INBOX.Lists');
    await ben.read('user.ada.Work', '1:2');
  });
  await asSieve(master.ports.sieve, 'ada', async (ada) => {
    for (const name of ['first', 'second']) await ada.put(name, `if header :is "subject" "${name}" { discard; }\r\n`);
    await ada.activate('second');
  });
  await as(master, 'cyd', async (cyd) => {
    for (let n = 41; n <= 43; n++) await deliver(cyd, 'INBOX', n);
    await cyd.create('INBOX.Sent');
    for (let n = 44; n <= 47; n++) await deliver(cyd, 'shared.team', n);
    await cyd.read('shared.team', '1:2');
  });
}
