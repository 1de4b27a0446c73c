/** What releases keep elsewhere than 3.6 does. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMailbox } from '../../src/audit/read-mailbox.js';
import { openMailboxList } from '../../src/sources/spool/open-mailbox-list.js';
import { openSide } from '../../src/sources/spool/open-side.js';
import { withTree } from './version-fixture.js';

describe('mailbox annotations go by name before 3.6 and by uniqueid since', () => {
  test.each(['v2.4.20-single-b', 'v3.0.18-single-c', 'v3.6.1-upgraded-from-3.0.18-single-b', 'v3.8.7-single-d'])(
    '%s',
    async (name) => {
      await withTree(name, (dir) => {
        const side = openSide({ role: 'single', source: join(dir, 'side') });
        const entry = openMailboxList(side)!.byName('user.alice.Work')!;
        const mailbox = readMailbox(side, entry, 'alice');
        const annotations = Object.fromEntries(mailbox.head!.annotations);
        mailbox.close();
        side.close();
        expect(annotations).toEqual({ '/comment ': 'shared note', '/comment alice': 'my note' });
      });
    },
  );
});
