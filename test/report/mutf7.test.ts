import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMutf7, encodeMutf7 } from '../../src/report/mutf7.js';
import { printable, printableMboxname } from '../../src/report/printable.js';

test.each([
  ['user.fred.Sent', 'user.fred.Sent'],
  ['Entw&APw-rfe', 'Entwürfe'],
  ['&ZeVnLIqe-', '日本語'],
  ['Tom &- Jerry', 'Tom & Jerry'],
  // RFC 3501 section 5.1.3
  ['~peter/mail/&U,BTFw-/&ZeVnLIqe-', '~peter/mail/台北/日本語'],
  ['&2D3eAA-', '😀'],
])('%s reads %s', (stored, shown) => {
  expect(decodeMutf7(stored)).toBe(shown);
  expect(encodeMutf7(shown)).toBe(stored);
});

test.each(['&', 'a & b', '&AGE-', '&APw', '&!!!-', '&APx-', '&APw-&APw-'])('%s is no encoding and stays', (name) => {
  expect(decodeMutf7(name)).toBe(name);
});

test('what was encoded is decoded again', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => decodeMutf7(encodeMutf7(text)) === text));
});

test.each([
  ['a\u001b[31mb', 'a\\x1b[31mb'],
  ['a\r\nb\u009b', 'a\\x0d\\x0ab\\x9b'],
  ['abc\u202edef', 'abc\\u202edef'],
  ['half \ud83d', 'half \\ud83d'],
  ['none \ufffe\uffff', 'none \\ufffe\\uffff'],
  ['whole 😀 ü', 'whole 😀 ü'],
])('%j is shown as %s', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('a control character cannot hide in modified UTF-7', () => {
  expect(printableMboxname(encodeMutf7('user.x.\u001b[2J\u202e'))).toBe('user.x.\\x1b[2J\\u202e');
});
