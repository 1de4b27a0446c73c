import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeValidator } from '../../src/cli/read-json.js';
import { readSchema } from '../../src/cli/report-schema.js';
import { SALVAGE_VERDICTS } from '../../src/findings/salvage/verdicts.js';
import type { Manifest } from '../../src/generated/manifest.js';
import { FLAG_SEEN } from '../../src/model/index-file.js';
import { runCli } from '../support/cli.js';
import { snapshotTree } from '../support/fixture.js';
import { guidOf, messageBytes, writeSplitPair, type SplitPair } from '../support/salvage/split-pair.js';

const validate = makeValidator(readSchema('manifest'), 'manifest');
let pair: SplitPair;

beforeEach(() => {
  pair = writeSplitPair(
    [
      {
        mboxname: 'user.ada',
        records: [
          { uid: 1, message: 1, modseq: 9, systemFlags: FLAG_SEEN },
          { uid: 2, message: 2, userFlags: [0] },
        ],
      },
      { mboxname: 'user.ada.Work', records: [{ uid: 1, message: 3, annotations: [['/comment', '', 'x']] }] },
      { mboxname: 'user.ben', records: [{ uid: 1, message: 4 }] },
    ],
    [
      { mboxname: 'user.ada', records: [{ uid: 1, message: 1 }] },
      { mboxname: 'user.ben', records: [{ uid: 1, message: 4 }] },
    ],
  );
});
afterEach(() => {
  pair.dispose();
});

const readManifest = (file: string): Manifest => {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  expect(validate(value)).toBeUndefined();
  return value as Manifest;
};

describe('cyraudit salvage', () => {
  test('text for a person, and a manifest by the schema that only its owner may read', async () => {
    const file = join(pair.dir, 'manifest.json');
    const before = [await snapshotTree(pair.old), await snapshotTree(pair.newer)];
    const { status, stdout, stderr } = runCli([
      ...['salvage', pair.old, pair.newer, '--report', 'text', '--report', `json=${file}`],
    ]);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain('2 messages can be recovered from OLD (');
    expect(stdout).toContain('1 message wants a decision.');
    expect(stdout).toMatch(/NEW has never seen it \(2 in 1 account\) never-seen\n {4}user\.ada uid 2 .*\$Label1\n/);
    expect(stdout).toMatch(/^ {4}ada: 2 never-seen, 1 flags-changed$/m);
    expect(stdout).toContain('The mailbox of 1 message is gone on NEW: name another with --into.');
    expect(stdout).toContain(`cyraudit reinject ${file} --to`);
    expect(
      Math.max(
        ...stdout
          .split('\n')
          .filter((line) => !line.includes(pair.dir))
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(100);
    const manifest = readManifest(file);
    expect(manifest.messages.map(({ guid, verdict }) => [guid, verdict])).toEqual([
      [guidOf(1), 'flags-changed'],
      [guidOf(2), 'never-seen'],
      [guidOf(3), 'never-seen'],
    ]);
    expect(manifest).toMatchObject({ complete: true, selection: { include: [] }, counts: { recover: 2 } });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect([await snapshotTree(pair.old), await snapshotTree(pair.newer)]).toEqual(before);
  });

  test('the manifest alone on stdout, and the same bytes again but for the times', () => {
    const [first, again] = [0, 1].map(() => runCli(['salvage', pair.old, pair.newer, '--report', 'json']).stdout);
    expect(validate(JSON.parse(first!))).toBeUndefined();
    const timeless = (text: string): string => text.replaceAll(/"(started|finished)At":"[^"]+"/g, '');
    expect(timeless(again!)).toBe(timeless(first!));
  });

  test('narrowed and widened by its options', () => {
    const file = join(pair.dir, 'manifest.json');
    const log = join(pair.dir, 'log');
    writeFileSync(log, 'MAILBOX user.ada\n');
    const run = (...args: string[]): string[] => {
      runCli(['salvage', pair.old, pair.newer, '--report', `json=${file}`, ...args]);
      return readManifest(file).messages.map(({ mboxname, uid, recover }) => `${mboxname} ${uid} ${recover}`);
    };
    expect(run('--mailbox', '*.Work')).toEqual(['user.ada.Work 1 true']);
    expect(run('--user', 'ben')).toEqual([]);
    expect(run('--log', log)).toEqual(['user.ada 1 false', 'user.ada 2 true']);
    expect(run('--log', log, '--include', 'flags')).toEqual(['user.ada 1 true', 'user.ada 2 true']);
    expect(run('--since', '1d')).toEqual([]);
    expect(run('--since', '2025-01-01')).toHaveLength(3);
  });

  test('status 0 when NEW has everything, and nothing at all with --quiet', () => {
    const { status, stdout } = runCli(['salvage', pair.old, pair.newer, '--user', 'ben']);
    expect([status, stdout.split('\n')[0]]).toEqual([0, 'NEW lacks no message of OLD that could be recovered.']);
    const quiet = runCli(['salvage', pair.old, pair.newer, '--user', 'ben', '--quiet']);
    expect(quiet).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  test('status 3 when something could not be judged', () => {
    writeFileSync(join(pair.newer, 'conf/mailboxes.db'), 'none');
    const { status, stdout } = runCli(['salvage', pair.old, pair.newer]);
    expect(status).toBe(3);
    expect(stdout).toMatch(
      /not everything could be judged\.[^]*Not judged: 1 thing\n {4}NEW every mailbox: .*mailboxes\.db/,
    );
  });

  test.each([
    [['--report', 'html'], /no report format is called 'html'.*text, json/],
    [['--report', 'text', '--report', 'json'], /two reports cannot both go to stdout/],
    [['--include', 'all'], /--include.*all.*Allowed choices are expunged, deleted, flags/],
    [['--since', 'yesterday'], /--since.*Expected a time in the past/],
    [['--log', '/nowhere/log'], /--log \/nowhere\/log: .*no such file or directory/],
    [['--user', 'eve'], /eve: no mailbox of OLD is called so/],
  ])('%j is refused', (args, message) => {
    const { status, stderr, stdout } = runCli(['salvage', pair.old, pair.newer, ...args]);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(message);
  });

  test('one imapd.conf for two machines, and nothing is written below the root of either', () => {
    const conf = join(pair.dir, 'imapd.conf');
    writeFileSync(conf, 'configdirectory: /conf\npartition-default: /spool\nhashimapspool: true\n');
    const args = ['salvage', conf, conf, '--old-root', pair.old, '--new-root', pair.newer];
    expect(runCli(args)).toMatchObject({ status: 1, stderr: '' });
    mkdirSync(join(pair.old, 'tmp'));
    const { stderr } = runCli([...args, '--report', `json=${join(pair.old, 'tmp/m.json')}`]);
    expect(stderr).toContain('expected a place outside both sides');
  });

  test('a report below a side is refused, on either side', () => {
    for (const side of [pair.old, pair.newer]) {
      const { status, stderr } = runCli(['salvage', pair.old, pair.newer, '--report', `json=${side}/conf/m.json`]);
      expect([status, stderr]).toEqual([3, expect.stringContaining('expected a place outside both sides')]);
    }
  });
});

describe('cyraudit salvage --export', () => {
  const run = (dir = join(pair.dir, 'out')): ReturnType<typeof runCli> =>
    runCli(['salvage', pair.old, pair.newer, '--export', dir]);
  const fileOf = (n: number): string => {
    const guid = guidOf(n);
    return join(pair.dir, 'out/messages', guid.slice(0, 2), `${guid}.eml`);
  };

  test('copies what is offered, for its owner only, and its manifest names the files', async () => {
    const before = [await snapshotTree(pair.old), await snapshotTree(pair.newer)];
    const { status, stdout, stderr } = run();
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain(`cyraudit reinject ${join(pair.dir, 'out/manifest.json')} --to`);
    const tree = await snapshotTree(join(pair.dir, 'out'));
    const modes = tree.map(({ type, mode }) => `${type} ${mode}`);
    expect([...new Set(modes)].sort()).toEqual(['directory 700', 'file 600']);
    expect(tree.filter(({ type }) => type === 'file')).toHaveLength(3);
    const manifest = readManifest(join(pair.dir, 'out/manifest.json'));
    for (const { file, recover, verdict, guid } of manifest.messages) {
      expect(file).toBe(recover && verdict === 'never-seen' ? `messages/${guid.slice(0, 2)}/${guid}.eml` : undefined);
    }
    expect(readFileSync(fileOf(2))).toEqual(messageBytes(2));
    expect([await snapshotTree(pair.old), await snapshotTree(pair.newer)]).toEqual(before);
  });

  test('goes on where it was stopped, and keeps the earlier manifest', () => {
    run();
    rmSync(fileOf(3));
    const kept = statSync(fileOf(2)).mtimeMs;
    expect(run()).toMatchObject({ status: 1, stderr: '' });
    expect([statSync(fileOf(2)).mtimeMs, readFileSync(fileOf(3))]).toEqual([kept, messageBytes(3)]);
    readManifest(join(pair.dir, 'out/manifest.1.json'));
    readManifest(join(pair.dir, 'out/manifest.json'));
  });

  test('never overwrites another file', () => {
    run();
    writeFileSync(fileOf(2), 'something else');
    const manifest = readFileSync(join(pair.dir, 'out/manifest.json'));
    const { status, stderr } = run();
    expect([status, stderr]).toEqual([
      3,
      expect.stringMatching(/\.eml: expected the message that an earlier run .* found [0-9a-f]{40}/),
    ]);
    expect(readFileSync(fileOf(2), 'utf8')).toBe('something else');
    expect(readFileSync(join(pair.dir, 'out/manifest.json'))).toEqual(manifest);
    expect(readdirSync(join(pair.dir, 'out')).sort()).toEqual(['manifest.json', 'messages']);
  });

  test('a manifest that leads elsewhere is refused, and what it leads to stays', () => {
    const [out, kept] = [join(pair.dir, 'out'), join(pair.newer, 'conf/kept')];
    mkdirSync(out);
    writeFileSync(kept, 'mine');
    symlinkSync(kept, join(out, 'manifest.json'));
    expect(run()).toMatchObject({ status: 3, stderr: expect.stringContaining('no file') as unknown });
    expect(readFileSync(kept, 'utf8')).toBe('mine');
  });

  test('is refused when a report goes to its manifest', () => {
    const { status, stderr } = runCli([
      ...['salvage', pair.old, pair.newer, '--export', join(pair.dir, 'out')],
      ...['--report', `json=${join(pair.dir, 'out/manifest.json')}`],
    ]);
    expect([status, stderr]).toEqual([3, expect.stringContaining('cannot go to one file')]);
  });

  test('is refused below a side, also through a link', () => {
    symlinkSync(pair.newer, join(pair.dir, 'link'));
    mkdirSync(join(pair.dir, 'out'));
    symlinkSync(join(pair.newer, 'spool'), join(pair.dir, 'out/messages'));
    for (const dir of [join(pair.old, 'out'), join(pair.dir, 'link/out'), join(pair.dir, 'out')])
      expect(run(dir)).toMatchObject({ status: 3, stderr: expect.stringContaining('outside both sides') as unknown });
    rmSync(join(pair.dir, 'out/messages'));
    symlinkSync(join(pair.dir, 'out'), join(pair.dir, 'out/messages'));
    expect(run()).toMatchObject({ status: 3, stderr: expect.stringContaining('no directory') as unknown });
    expect([existsSync(join(pair.old, 'out')), existsSync(join(pair.newer, 'out'))]).toEqual([false, false]);
  });
});

test('the schema knows every verdict, and no other', () => {
  const { $defs } = readSchema('manifest') as { $defs: { verdict: { enum: string[] } } };
  expect($defs.verdict.enum).toEqual(SALVAGE_VERDICTS.map(({ code }) => code));
});

test('docs/salvage.md has every verdict with its title and remedy', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/salvage.md'), 'utf8').replaceAll(/ +/g, ' ');
  for (const { code, title, remedy } of SALVAGE_VERDICTS) {
    const [row = ''] = page.split('\n').filter((line) => line.startsWith(`| \`${code}\` |`));
    expect(row).toContain(title);
    expect(row).toContain(remedy);
  }
});
