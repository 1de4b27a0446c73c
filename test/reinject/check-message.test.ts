import { expect, test } from 'vitest';
import type { ManifestMessage } from '../../src/generated/manifest.js';
import { messageProblem } from '../../src/reinject/check-message.js';

const GOOD: ManifestMessage = {
  mboxname: 'user.ada',
  uid: 1,
  guid: 'a'.repeat(40),
  verified: true,
  size: 1,
  internaldate: '2026-01-01T00:00:00Z',
  internaldateEpoch: 1767225600,
  flags: { system: ['\\Seen'], user: ['$Label1'] },
  annotations: [{ entry: '/comment', userid: 'ada', value: 'two\nlines' }],
  source: '/old/1.',
  file: 'messages/aa/a.eml',
  target: { mboxname: 'user.ada', exists: true },
  verdict: 'never-seen',
  why: '',
  recover: true,
};

test('what salvage writes is taken', () => {
  expect(messageProblem(GOOD)).toBeUndefined();
});

test.each<[Partial<ManifestMessage>, RegExp]>([
  [{ target: { mboxname: 'user.ada\0ben\0x', exists: true } }, /a control character in "user/],
  [{ target: { mboxname: 'user.ada\r\nA1 DELETE INBOX', exists: true } }, /a control character/],
  [{ mboxname: 'user.a\x1bda' }, /a control character/],
  [{ flags: { system: [], user: ['a\r\nb'] } }, /a control character/],
  [{ flagsToAdd: ['a\nb'] }, /a control character/],
  [{ annotations: [{ entry: '/a\n', userid: '' }] }, /a control character/],
  [{ file: '../../etc/shadow' }, /not beside the manifest/],
  [{ file: '/etc/shadow' }, /not beside the manifest/],
  [{ internaldateEpoch: 1e15 }, /the internaldate 1000000000000000/],
  [{ internaldateEpoch: -1 }, /the internaldate -1/],
  [{ size: -1 }, /the size -1/],
])('%j is refused', (change, problem) => {
  expect(messageProblem({ ...GOOD, ...change })).toMatch(problem);
});
