import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ManifestMessage } from '../../src/generated/manifest.js';
import { readManifest, readManifestSides } from '../../src/reinject/read-manifest.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-manifest-'));
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

async function read(
  text: string,
  check: (value: unknown) => string | undefined = () => undefined,
): Promise<ManifestMessage[]> {
  const file = join(dir, 'manifest.json');
  writeFileSync(file, text);
  const messages: ManifestMessage[] = [];
  for await (const message of readManifest(file, check)) messages.push(message);
  return messages;
}

const HEAD = { schemaVersion: 1, kind: 'salvage-manifest', selection: { logs: ['messages', '['] } };
const MESSAGES = [
  { mboxname: 'user.a"}], {[', flags: { system: ['\\Seen'], user: [] }, nested: [[{ a: '\\"' }]] },
  { mboxname: 'messages' },
];

test.each([undefined, 0, 2])('messages come as they were written, with an indent of %s', async (indent) => {
  const manifest = { ...HEAD, messages: MESSAGES, renamed: [{ messages: [1] }], complete: true };
  expect(await read(JSON.stringify(manifest, undefined, indent))).toEqual(MESSAGES);
});

test('one that is larger than what is read at a time', async () => {
  const long = [...Array(2000).keys()].map((n) => ({ mboxname: `user.${n}`, why: 'ü"\\'.repeat(n % 200) }));
  expect(await read(JSON.stringify({ ...HEAD, messages: long }))).toEqual(long);
});

test('no messages', async () => {
  expect(await read(JSON.stringify({ ...HEAD, messages: [] }))).toEqual([]);
});

test.each([
  ['', /found something else/],
  ['[]', /found a list/],
  ['hello', /text that is not JSON/],
  ['{}', /found something else/],
  ['{"messages":[{}]}', /found something else/],
  ['{"kind":"report","messages":[]}', /found something else/],
  ['{"kind":"salvage-manifest","messages":[1]}', /a message that is none/],
  ['{"kind":"salvage-manifest","messages":["{}"]}', /a message that is none/],
  ['{"kind":"salvage-manifest","messages":[{"a":1},', /a file that breaks off/],
  ['{"kind":"salvage-manifest","messages":[{"a":1}]', /a file that breaks off/],
  ['{"kind":"salvage-manifest","messages":[{"a":nothing}]}', /text that is not JSON/],
])('%j is refused', async (text, message) => {
  await expect(read(text)).rejects.toThrow(message);
});

test('a message that the schema does not know is refused', async () => {
  await expect(read(JSON.stringify({ ...HEAD, messages: [{}] }), () => 'no guid')).rejects.toThrow(
    /manifest\.json: .*no guid/,
  );
});

test('a file that is not there', async () => {
  const none = readManifest(join(dir, 'none'), () => undefined);
  await expect(none.next()).rejects.toThrow(/none: expected a manifest, found no such file or directory \(ENOENT\)/);
});

test('the sides, as salvage writes them', () => {
  const file = join(dir, 'manifest.json');
  const head = JSON.stringify({ ...HEAD, sides: [{ role: 'old', source: '/a"b', root: '/r' }, 7] }).slice(0, -1);
  writeFileSync(file, `${head},"messages":[\n${JSON.stringify({ mboxname: '"messages":[' })}]}`);
  expect(readManifestSides(file)).toEqual([{ role: 'old', source: '/a"b', root: '/r' }]);
  writeFileSync(file, '{"sides":{}, "messages": []}');
  expect([readManifestSides(file), readManifestSides(join(dir, 'none'))]).toEqual([[], []]);
});
