import { expect, test } from 'vitest';
import type { MailboxSideFacts } from '../../../src/findings/mailbox/mailbox-subject.js';
import { isDeleteOverruled } from '../../../src/findings/mailbox/renamed-on-master.js';
import type { Mbentry } from '../../../src/model/mailbox.js';

type Entry = Pick<Mbentry, 'foldermodseq' | 'mtime'> & { readonly headUidvalidity?: number };

const side = ({ headUidvalidity, ...mbentry }: Entry): MailboxSideFacts =>
  ({ mbentry, ...(headUidvalidity === undefined ? {} : { head: { uidvalidity: headUidvalidity } }) }) as never;

test.each<[string, Entry, Entry, boolean]>([
  ['deleted on the master', { foldermodseq: 4 }, { foldermodseq: 3 }, false],
  ['undeleted on the replica', { foldermodseq: 3 }, { foldermodseq: 4 }, true],
  ['deleted here and changed there at the same modseq', { foldermodseq: 4 }, { foldermodseq: 4 }, false],
  // The clock of the replica says nothing where there is a foldermodseq.
  ['deleted on the master, clocks apart', { foldermodseq: 4, mtime: 10 }, { foldermodseq: 3, mtime: 20 }, false],
  ['2.5: deleted on the master', { mtime: 20 }, { mtime: 10 }, false],
  ['2.5: undeleted on the replica', { mtime: 10 }, { mtime: 20 }, true],
  ['2.4: deleted on the master', { headUidvalidity: 20 }, { headUidvalidity: 10 }, false],
  ['2.4: undeleted on the replica', { headUidvalidity: 10 }, { headUidvalidity: 20 }, true],
  ['2.5 to 3.6', { mtime: 20 }, { mtime: 10, foldermodseq: 4 }, false],
  ['3.6 to 2.5', { mtime: 10, foldermodseq: 4 }, { mtime: 20 }, false],
])('the delete is overruled: %s', (_, master, replica, expected) => {
  expect(isDeleteOverruled(side(master), side(replica))).toBe(expected);
});
