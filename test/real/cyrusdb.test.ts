import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNoCyrus } from '../../fixtures/make/instance.js';
import { bufferSource } from '../../src/bytes/byte-source.js';
import { salvageTwoskip } from '../../src/formats/cyrusdb/twoskip/salvage.js';
import { openDatabase } from '../../src/sources/spool/open-database.js';
import { asShown, CyrusTools } from '../support/cyrus-tools.js';

const FORMATS = ['twoskip', 'skiplist', 'flat'] as const;
type Format = (typeof FORMATS)[number];

/** The databases of real Cyrus, made with its own tools, against what those tools print. */
describe.skipIf(whyNoCyrus() !== undefined)('databases that real Cyrus wrote', () => {
  let dir: string;
  let tools: CyrusTools;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'cyraudit-cyrusdb-'));
    mkdirSync(join(dir, 'conf/db'), { recursive: true });
    writeFileSync(
      join(dir, 'imapd.conf'),
      `configdirectory: ${dir}/conf\npartition-default: ${dir}/spool\ndefaultpartition: default\n`,
    );
    tools = new CyrusTools(join(dir, 'imapd.conf'));
    const { uid, gid } = tools.user;
    for (const path of [dir, join(dir, 'conf'), join(dir, 'conf/db')]) chownSync(path, uid, gid);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const batch = (file: string, format: Format, commands: readonly string[]): void =>
    void tools.run('cyr_dbtool', ['-n', file, format, 'batch'], `${commands.join('\n')}\n`);
  const shown = (file: string, format: Format): Buffer => tools.show(file, format);

  /** Our rows, after `faults` have been checked to be of these codes and the file to be untouched. */
  const ours = (file: string, codes: readonly string[] = []): Buffer => {
    const before = readFileSync(file);
    const opened = openDatabase(file);
    try {
      const text = asShown(opened.db);
      const faults = (opened.db?.verify() ?? opened.faults).filter(({ code }) => code !== 'file-empty');
      expect(faults.filter(({ code }) => !codes.includes(code))).toEqual([]);
      for (const { key, value } of opened.db?.rows() ?? []) {
        if (opened.db!.get(key)?.equals(value) !== true) throw new Error(`${key.toString()} was not found`);
      }
      expect(readFileSync(file).equals(before)).toBe(true);
      return text;
    } finally {
      opened.close();
    }
  };

  // Shuffled, so that a log is not in the order of its keys; no key needs quotes.
  const names = (count: number): string[] =>
    Array.from({ length: count }, (_, i) => `Nuser.u${String((i * 7919) % count).padStart(5, '0')}`);
  const value = (name: string, version: number): string => `"%(I ${name} V ${String(version)})"`;

  describe.each(FORMATS)('%s', (format) => {
    test.each([0, 1, 100, 20_000])('%i rows, deletions and replacements in several transactions', (count) => {
      const file = join(dir, `${format}-${String(count)}`);
      const all = names(count);
      // The tool dies of a transaction without a change.
      const set = (list: readonly string[], version: number): string[] =>
        list.length === 0 ? [] : ['BEGIN', ...list.map((name) => `SET ${name} ${value(name, version)}`), 'COMMIT'];
      const drop = (list: readonly string[]): string[] =>
        list.length === 0 ? [] : ['BEGIN', ...list.map((name) => `DELETE ${name}`), 'COMMIT'];
      batch(file, format, count === 0 ? ['SET Nuser.x v', 'DELETE Nuser.x'] : set(all, 1));
      expect(ours(file).equals(shown(file, format))).toBe(true);

      batch(file, format, [
        ...set(
          all.filter((_, i) => i % 3 === 0),
          2,
        ),
        ...drop(all.filter((_, i) => i % 5 === 1)),
        ...set(
          all.filter((_, i) => i % 10 === 1),
          3,
        ),
      ]);
      const text = ours(file);
      expect(text.equals(shown(file, format))).toBe(true);
      expect(text.toString().split('\n')).toHaveLength(
        1 + count - all.filter((_, i) => i % 5 === 1 && i % 10 !== 1).length,
      );

      if (format === 'twoskip' && count > 0) {
        // Without its links: deletions are told from the records alone.
        const salvaged = salvageTwoskip(bufferSource(readFileSync(file)), file);
        expect(salvaged.faults).toEqual([]);
        expect(asShown(salvaged).equals(text)).toBe(true);
      }

      // For skiplist the tool fails an assertion of its own; what is converted below is in the same state.
      if (format !== 'skiplist') tools.run('cyr_dbtool', [file, format, 'repack']);
      expect(ours(file).equals(text)).toBe(true);
      for (const other of FORMATS.filter((name) => name !== format)) {
        const converted = `${file}-as-${other}`;
        tools.run('cvt_cyrusdb', [file, format, converted, other]);
        expect(ours(converted).equals(text)).toBe(true);
      }
    });

    test.each([5, 15, 30, 60, 100, 160])('a writer that is killed after %i ms', async (ms) => {
      const file = join(dir, `${format}-killed-${String(ms)}`);
      const all = names(2000);
      batch(file, format, ['BEGIN', ...all.slice(0, 500).map((name) => `SET ${name} ${value(name, 1)}`), 'COMMIT']);
      const writer = spawn(...tools.argv('cyr_dbtool', [file, format, 'batch']), {
        ...tools.user,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      writer.stdin.on('error', () => undefined);
      const ended = new Promise((resolve) => writer.once('exit', resolve));
      // Transactions of different lengths: the last one has no commit, so that the writer is killed in one at the latest.
      const lines: string[] = [];
      for (let round = 2; round < 12; round++) {
        lines.push('BEGIN');
        for (const [i, name] of all.entries()) {
          if ((i + round) % 4 === 0) lines.push(`SET ${name} ${value(name, round)}`);
          if (i < 500 && (i + round) % 9 === 0) lines.push(`DELETE ${name}`);
          if (i % (100 * round) === 99) lines.push('COMMIT', 'BEGIN');
        }
        if (round < 11) lines.push('COMMIT');
      }
      writer.stdin.write(`${lines.join('\n')}\n`);
      await delay(ms);
      writer.kill('SIGKILL');
      await ended;
      const text = ours(file, ['db-dirty', 'db-trailing-bytes']);
      expect(text.equals(shown(file, format))).toBe(true);
      expect(text.length).toBeGreaterThan(0);
    });

    test('a writer that dies in the middle of its commit', () => {
      const file = join(dir, `${format}-damage`);
      batch(file, format, ['BEGIN', ...names(50).map((name) => `SET ${name} ${value(name, 1)}`), 'COMMIT']);
      const before = ours(file);
      spawnSync(...tools.argv('cyr_dbtool', [file, format, 'damage']), {
        ...tools.user,
        input: 'Nuser.zz\tlost',
      });
      expect(ours(file, ['db-dirty', 'db-trailing-bytes']).equals(before)).toBe(true);
      expect(shown(file, format).equals(before)).toBe(true);
    });
  });
});
