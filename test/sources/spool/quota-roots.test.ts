import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseImapdConf } from '../../../src/formats/imapd-conf/imapd-conf.js';
import { makeSpoolLayout } from '../../../src/sources/spool/paths.js';
import { quotaRoots } from '../../../src/sources/spool/quota-roots.js';
import { buildTwoskip } from '../../support/build-twoskip.js';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'cyraudit-quota-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const layout = (...options: string[]) =>
  makeSpoolLayout(
    parseImapdConf(
      ['configdirectory: conf', 'partition-default: spool', ...options, ''].join('\n'),
      join(dir, 'imapd.conf'),
      () => new Error('no include'),
    ),
    { confDir: dir },
  );
const write = (path: string, content: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
};
const found = (...options: string[]) =>
  [...quotaRoots(layout(...options))].map((entry) => {
    switch (entry.kind) {
      case 'root':
        return [entry.quotaroot, entry.value.toString()];
      case 'misplaced':
        return ['misplaced', entry.quotaroot];
      case 'leftover':
        return ['leftover', entry.path.slice(dir.length + 1)];
      case 'unread':
        return ['unread', entry.path.slice(dir.length + 1)];
      case 'fault':
        return ['fault', entry.fault.code];
    }
  });

describe.each<[string, string[]]>([
  ['basic hashing', []],
  ['full hashing', ['fulldirhash: yes']],
])('files with %s', (_, hashing) => {
  test('every root of every domain, in order, each in its place', () => {
    const options = [...hashing, 'virtdomains: userid'];
    const quotaPath = (root: string) => layout(...options).quotaPath(root);
    for (const [root, content] of [
      ['user.zoe', '%(S (1 2))\n'],
      ['user.ada', '100\n2000\n'],
      ['shared', '5 6\n'],
      ['example.org!user.ada', '7 8\n'],
      ['example.org!', '9 10\n'],
      ['empty', ''],
    ] as const)
      write(quotaPath(root)!, content);
    expect(found(...options)).toEqual([
      ['empty', ''],
      ['example.org!', '9 10'],
      ['example.org!user.ada', '7 8'],
      ['shared', '5 6'],
      ['user.ada', '100 2000'],
      ['user.zoe', '%(S (1 2))'],
    ]);
  });
});

test('leftovers, files in a wrong place, cut files and those that cannot be read are told apart', () => {
  const quotaPath = (root: string) => layout().quotaPath(root);
  write(quotaPath('user.ada')!, '1 2');
  write(`${quotaPath('user.ada')!}.NEW`, '1 3\n');
  write(join(dir, 'conf/quota/x/user.ben'), '1 2\n');
  symlinkSync('user.ada', quotaPath('user.amy')!);
  expect(found()).toEqual([
    ['user.ada', '1 2'],
    ['fault', 'db-truncated'],
    ['unread', quotaPath('user.amy')!.slice(dir.length + 1)],
    ['misplaced', 'user.ben'],
    ['leftover', `${quotaPath('user.ada')!.slice(dir.length + 1)}.NEW`],
  ]);
});

test('no directory has no root', () => {
  expect(found()).toEqual([]);
});

describe('a database', () => {
  test('has its rows', () => {
    write(join(dir, 'conf/quotas.db'), '');
    writeFileSync(join(dir, 'conf/quotas.db'), buildTwoskip([[Buffer.from('user.ada'), Buffer.from('1 2')]]));
    expect(found('quota_db: twoskip')).toEqual([['user.ada', '1 2']]);
  });
  test.each([
    ['SQLite format 3\0rest', [['unread', 'conf/quotas.db']]],
    ['', []],
    ['\0\0\0', [['fault', 'db-magic']]],
  ])('%j', (content, expected) => {
    write(join(dir, 'conf/quotas.db'), content);
    expect(found('quota_db: twoskip')).toEqual(expected);
  });
  test('that is not there has none', () => {
    expect(found('quota_db: twoskip')).toEqual([]);
  });
});
