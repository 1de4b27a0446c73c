import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectFile } from '../../src/inspect/inspect-file.js';
import type { Item } from '../../src/inspect/inspection.js';
import { runCli } from '../support/cli.js';
import { documentProblem, lineProblem } from '../support/inspect-schema.js';
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

const SINCE_3_6 = '3.6 or later';

describe('files that real Cyrus wrote are recognised and decoded without a fault', () => {
  test.each<[string, string, object, object]>([
    [
      'cyrus.index',
      'spool',
      { format: 'cyrus.index', formatVersion: '17', writtenBy: '3.4 to 3.8' },
      { type: 'header', minorVersion: 17, recordSize: 112 },
    ],
    [
      'cyrus.header',
      'spool',
      { format: 'cyrus.header', formatVersion: 'dlist', writtenBy: SINCE_3_6 },
      { type: 'header', form: 'dlist' },
    ],
    [
      'mailboxes.db',
      'conf',
      { format: 'mailboxes.db', backend: 'twoskip', formatVersion: '3', writtenBy: SINCE_3_6 },
      { type: 'mailbox', mboxname: 'user.ada.Work', mbtype: 'e', kind: 'email' },
    ],
    [
      'annotations.db',
      'conf',
      { format: 'annotations.db', backend: 'twoskip', formatVersion: 'by uniqueid', writtenBy: SINCE_3_6 },
      { type: 'annotation', uniqueid: expect.any(String) as string, entry: '/comment', value: 'note' },
    ],
    [
      'user.ada',
      'conf/quota',
      { format: 'quota', backend: 'quotalegacy', formatVersion: 'dlist with modseq', writtenBy: '3.0 or later' },
      { type: 'quota', quotaroot: 'user.ada', form: 'dlist' },
    ],
    ['log', 'conf/sync', { format: 'sync-log' }, { type: 'line', line: 1, offset: 0, mboxname: 'user.ada' }],
    ['skipstamp', 'conf/db', { format: 'skipstamp' }, { type: 'skipstamp', recovery: expect.any(Number) as number }],
    ['imapd.conf', '.', { format: 'imapd.conf' }, { type: 'option', name: 'sync_password', value: '(hidden)' }],
  ])('%s', (name, below, about, expected) => {
    const [file] = filesNamed(join(pair.master, below), name);
    expect(inspectFile(file!).about).toEqual(about);
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
  expect(documentProblem(documents)).toBeUndefined();
  const objects = lines.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(objects).toEqual(documents.flatMap(({ items: all, ...about }) => all.map((item) => ({ ...about, ...item }))));
  for (const line of objects) expect(lineProblem(line)).toBeUndefined();
  expect(await snapshotTree(pair.master)).toEqual(before);
});

describe('what cannot be decoded gives one line, status 3 and nothing else', () => {
  test.each([
    ['a directory', (p: UnpackedPair) => p.master, /found a directory/],
    ['nothing', (p: UnpackedPair) => join(p.master, 'gone'), /found no such file or directory/],
    ['an empty file', (p: UnpackedPair) => emptyFile(p), /an empty file/],
    ['a message', (p: UnpackedPair) => filesNamed(p.master, '1.')[0]!, /found a message file/],
    ['a file of nobody', (p: UnpackedPair) => written(p, 'nobody', '\x7fELF'), /unknown bytes \(7f454c46\)/],
    ['a link', (p: UnpackedPair) => linked(p, 'link', '/etc/passwd'), /a symbolic link to \/etc\/passwd/],
  ])('%s', (_, path, expected) => {
    const { status, stdout, stderr } = runCli(['inspect', path(pair)]);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(expected);
    expect(stderr).toMatch(/^cyraudit: [^\n]+\n$/);
  });
});

describe('files that cannot be decoded do not keep the others back', () => {
  const others = (): string[] => [join(pair.master, 'gone'), filesNamed(pair.master, '1.')[0]!];

  test.each([
    ['text', []],
    ['JSON', ['--json']],
    ['NDJSON', ['--ndjson']],
  ])('%s', (_, options) => {
    const [index = ''] = filesNamed(pair.master, 'cyrus.index');
    const alone = runCli(['inspect', ...options, index]);
    const [gone = '', message = ''] = others();
    const { status, stdout, stderr } = runCli(['inspect', ...options, gone, index, message]);
    expect([status, stdout]).toEqual([3, alone.stdout]);
    expect(stderr.split('\n').map((line) => /expected .*?, found [^.]*/.exec(line)?.[0] !== undefined)).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('when there are no others nothing is printed', () => {
    const { status, stdout, stderr } = runCli(['inspect', '--json', ...others()]);
    expect([status, stdout, stderr.match(/^cyraudit: /gm)]).toEqual([3, '', ['cyraudit: ', 'cyraudit: ']]);
  });
});

const emptyFile = (p: UnpackedPair): string => written(p, 'empty', '');

function written({ dir }: UnpackedPair, name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text, 'latin1');
  return path;
}

function linked({ dir }: UnpackedPair, name: string, target: string): string {
  const path = join(dir, name);
  symlinkSync(target, path);
  return path;
}

describe('what is known and not decoded says so, with status 3', () => {
  test.each<[string, string, object]>([
    ['dav.db', 'SQLite format 3\0', { format: 'database', backend: 'sqlite' }],
    ['deliver.db', '\0'.repeat(12) + '\x62\x31\x05\0' + '\0'.repeat(16), { format: 'deliver.db', backend: 'berkeley' }],
    ['cyrus.squat', 'SQUAT 1\n', { format: 'cyrus.squat' }],
  ])('%s', (name, text, about) => {
    const file = written(pair, name, text);
    expect(inspectFile(file)).toMatchObject({ about, items: [{ type: 'not-decoded' }] });
    const { status, stdout } = runCli(['inspect', '--json', file]);
    expect(status).toBe(3);
    expect(documentProblem(JSON.parse(stdout))).toBeUndefined();
  });

  test('a zeroskip directory', () => {
    const file = join(pair.dir, 'mailboxes.db');
    mkdirSync(file);
    writeFileSync(join(file, '.zsdb'), '');
    expect(inspectFile(file)).toMatchObject({
      about: { format: 'mailboxes.db', backend: 'zeroskip' },
      items: [{ type: 'not-decoded', reason: expect.stringContaining('zeroskip') as string }],
    });
  });
});

test('a hostile time or name does not stop the text', () => {
  const file = written(pair, 'eve.seen', `x\t1 ${'9'.repeat(20)} 1 ${'9'.repeat(20)} 1\n\x1b[31m\t1 1 1 1 1\n`);
  const { status, stdout } = runCli(['inspect', file]);
  expect(status).toBe(1);
  expect(stdout).toContain('uniqueid \\x1b[31m');
  expect(stdout).toContain('lastread 100000000000000000000,');
});
