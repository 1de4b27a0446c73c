/** What releases keep elsewhere than 3.6 does. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMailbox } from '../../src/audit/read-mailbox.js';
import { locateUserMeta } from '../../src/sources/spool/locate-mailbox.js';
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

describe("a dot in a user's name", () => {
  test.each([
    ['v2.4.20-single-b', 'conf/user/H/joe^smith.sub', true],
    ['v2.5.17-single-c', 'conf/user/H/joe^smith.sub', true],
    ['v3.0.18-single-c', 'conf/user/B/joe.smith.sub', true],
    // What 2.5 left behind is no file of a server with a newer list.
    ['v3.8.7-upgraded-from-2.5.17-single-b', 'conf/user/B/joe.smith.sub', false],
  ])('%s: %s', async (name, expected, exists) => {
    await withTree(name, (dir) => {
      const side = openSide({ role: 'single', source: join(dir, 'side') });
      const inbox = openMailboxList(side)!.byName('user.joe^smith')!;
      const path = locateUserMeta(side.layout, 'joe.smith', 'sub', inbox)!;
      side.close();
      expect(relative(join(dir, 'side'), path)).toBe(expected);
      expect(existsSync(path)).toBe(exists);
    });
  });
});
