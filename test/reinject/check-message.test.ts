import { expect, test } from 'vitest';
import type { ManifestMessage } from '../../src/generated/manifest.js';
import { messageProblem } from '../../src/reinject/check-message.js';
import { MANIFEST_MESSAGE } from '../support/salvage/manifest-message.js';

const GOOD: ManifestMessage = {
  ...MANIFEST_MESSAGE,
  flags: { system: ['\\Seen'], user: ['$Label1'] },
  annotations: [{ entry: '/comment', userid: 'ada', value: 'two\nlines' }],
  file: 'messages/aa/a.eml',
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
