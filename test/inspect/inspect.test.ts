import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectFile } from '../../src/inspect/inspect-file.js';
import type { Item } from '../../src/inspect/inspection.js';
import { runCli } from '../support/cli.js';
import { snapshotTree, unpackPair, type UnpackedPair } from '../support/fixture.js';

let pair: UnpackedPair;
let damaged: UnpackedPair;
beforeAll(async () => {
  pair = await unpackPair('split-brain', 'made');
  damaged = await unpackPair('record-crc-replica', 'made');
});
afterAll(async () => {
  await pair.dispose();
  await damaged.dispose();
});

function filesNamed(directory: string, name: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === name)
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const items = (file: string): Item[] => [...inspectFile(file).items];

describe('files that real Cyrus wrote are recognised and decoded without a fault', () => {
  test.each<[string, string, string, object]>([
    ['cyrus.index', 'spool', 'cyrus.index', { type: 'header', minorVersion: 17, recordSize: 112 }],
    ['cyrus.header', 'spool', 'cyrus.header', { type: 'header', form: 'dlist' }],
    ['mailboxes.db', 'conf', 'mailbox list in twoskip', { type: 'mailbox', mboxname: 'user.ada.Work', mbtype: 'e' }],
    ['annotations.db', 'conf', 'annotations in twoskip', { type: 'annotation', entry: '/comment', value: 'note' }],
    ['user.ada', 'conf/quota', 'quota root', { type: 'quota', form: 'dlist' }],
    ['log', 'conf/sync', 'sync log', { type: 'line', line: 1, args: ['user.ada'] }],
    ['imapd.conf', '.', 'imapd.conf', { type: 'option', name: 'sync_password', value: '(hidden)' }],
  ])('%s', (name, below, kind, expected) => {
    const [file] = filesNamed(join(pair.master, below), name);
    expect(inspectFile(file!).kind).toBe(kind);
    expect(items(file!)).toEqual(expect.arrayContaining([expect.objectContaining(expected)]));
    expect(items(file!).filter(({ type }) => type === 'fault')).toEqual([]);
  });
});

test('every record of an index comes with its flags by name, and 64-bit numbers are text', () => {
  const records = filesNamed(pair.master, 'cyrus.index')
    .flatMap(items)
    .filter(({ type }) => type === 'record');
  expect(records).toHaveLength(8);
  for (const record of records) {
    expect(record).toMatchObject({
      guid: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
      modseq: expect.any(String) as string,
    });
    expect(Array.isArray(record['flags'])).toBe(true);
  }
});

test('a damaged record is shown with its fault, and the exit status says so', () => {
  const files = filesNamed(damaged.replica, 'cyrus.index');
  expect(files.flatMap(items)).toEqual(
    expect.arrayContaining([expect.objectContaining({ type: 'fault', code: 'record-crc' })]),
  );
  const { status, stdout } = runCli(['inspect', ...files]);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^fault: code record-crc, offset \d+/m);
});

test('JSON is one document, NDJSON one object per line, and nothing below the side changes', async () => {
  const files = ['cyrus.index', 'cyrus.header'].flatMap((name) => filesNamed(pair.master, name));
  const before = await snapshotTree(pair.master);
  const json = runCli(['inspect', '--json', ...files]);
  const lines = runCli(['inspect', '--ndjson', ...files]);
  const text = runCli(['inspect', ...files]);
  expect([json.status, lines.status, text.status]).toEqual([0, 0, 0]);
  const documents = JSON.parse(json.stdout) as { file: string; items: object[] }[];
  expect(documents.map(({ file }) => file)).toEqual(files);
  expect(
    lines.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
  ).toEqual(documents.flatMap((document) => document.items.map((item) => ({ file: document.file, ...item }))));
  expect(await snapshotTree(pair.master)).toEqual(before);
});

describe('what cannot be decoded gives one line, status 3 and nothing else', () => {
  test.each([
    ['a directory', (p: UnpackedPair) => p.master, /found a directory/],
    ['nothing', (p: UnpackedPair) => join(p.master, 'gone'), /found ENOENT/],
    ['an empty file', (p: UnpackedPair) => emptyFile(p), /an empty file/],
    ['a message', (p: UnpackedPair) => filesNamed(p.master, '1.')[0]!, /unknown bytes/],
  ])('%s', (_, path, expected) => {
    const { status, stdout, stderr } = runCli(['inspect', path(pair)]);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(expected);
    expect(stderr).toMatch(/^cyraudit: [^\n]+\n$/);
  });
});

function emptyFile({ dir }: UnpackedPair): string {
  const path = join(dir, 'empty');
  writeFileSync(path, '');
  return path;
}
