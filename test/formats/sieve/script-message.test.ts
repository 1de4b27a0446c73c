import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseScriptMessage } from '../../../src/formats/sieve/script-message.js';

const message = (subject: string, body = 'keep;\r\n'): Buffer =>
  Buffer.from(`From: <ada@example.org>\r\nSubject: ${subject}\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n\r\n${body}`);

test.each([
  ['vacation', 'vacation'],
  ['two words', 'two words'],
  ['=?UTF-8?Q?Urlaub_=C3=BC?=', 'Urlaub ü'],
  ['=?UTF-8?B?VXJsYXViIMO8?=', 'Urlaub ü'],
  ['=?UTF-8?Q?Urlaub?=\r\n =?UTF-8?Q?_=C3=BC?=', 'Urlaub ü'],
  ['=?KOI8-R?Q?x?=', '=?KOI8-R?Q?x?='],
])('Subject %j is the name', (subject, name) => {
  expect(parseScriptMessage(message(subject))).toEqual({ name, content: Buffer.from('keep;\r\n') });
});

test('a script may hold blank lines and nothing', () => {
  expect(parseScriptMessage(message('a', 'keep;\r\n\r\nstop;'))?.content.toString()).toBe('keep;\r\n\r\nstop;');
  expect(parseScriptMessage(message('a', ''))?.content).toEqual(Buffer.alloc(0));
});

test('what is no script message has no script', () => {
  expect(parseScriptMessage(Buffer.from('keep;\r\n'))).toBeUndefined();
  expect(parseScriptMessage(Buffer.from('From: x\r\n\r\nkeep;\r\n'))).toBeUndefined();
  expect(parseScriptMessage(Buffer.alloc(0))).toBeUndefined();
});

test('no bytes throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      parseScriptMessage(Buffer.concat([Buffer.from('Subject: =?utf-8?q?'), bytes]));
    }),
  );
});
