import { expect, test } from 'vitest';
import { imapName, ownerOf } from '../../src/reinject/imap-names.js';

const UNIX = { prefix: '', delimiter: '/' };
const DOTS = { prefix: 'INBOX.', delimiter: '.' };

test.each([
  ['user.ada', 'ada', 'INBOX', 'INBOX'],
  ['user.ada.Work', 'ada', 'INBOX.Work', 'Work'],
  ['user.ada.Work.B&APw-cher', 'ada', 'INBOX.Work.B&APw-cher', 'Work/B&APw-cher'],
  ['user.joe^smith.a^b', 'joe.smith', 'INBOX.a^b', 'a.b'],
  ['example.org!user.ada.Work', 'ada@example.org', 'INBOX.Work', 'Work'],
  ['news.local', undefined, 'news.local', 'news/local'],
  ['example.org!news.local', undefined, 'news.local@example.org', 'news/local@example.org'],
])('%s', (mboxname, owner, dots, unix) => {
  expect([ownerOf(mboxname), imapName(mboxname, DOTS), imapName(mboxname, UNIX)]).toEqual([owner, dots, unix]);
});
