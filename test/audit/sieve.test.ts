import {
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report.js';
import type { EngineVersion } from '../../src/replication/engine.js';
import { auditInThread } from '../support/audit-in-thread.js';
import { editRows, findRow, mailboxDir } from '../support/edit-side.js';
import type { UnpackedPair } from '../support/fixture.js';
import { unpackForTest } from '../support/unpack-for-test.js';

/** ada has the script `away`, which is active, as a message of #sieve on both sides. */
const unpack = (): Promise<UnpackedPair> => unpackForTest('sieve-clean', 'made');

type Role = 'master' | 'replica';

const directoryOn = (pair: UnpackedPair, role: Role): string =>
  join(pair[role], 'conf/sieve/uuid/4/j/4jo5u1heukyqyx0nrr2xmw2p');

const audit = (pair: UnpackedPair, engines?: Readonly<Record<Role, EngineVersion>>): Promise<Report> =>
  auditInThread(pair, {
    level: 'index',
    ...(engines === undefined ? {} : { engine: engines.master, replicaEngine: engines.replica }),
  });

/** Codes of all findings, with the script. */
const found = (report: Report): string[] =>
  [...report.users, ...report.mailboxes, report]
    .flatMap(({ findings }) => findings)
    .map(({ code, facts }) => ('script' in facts ? `${code} ${String(facts['script'])}` : code))
    .sort();

const HOUR = 3600;
const NOW = 1_700_000_000;

/** Puts sources where releases up to 3.4 keep them: name -> text and hours of age. */
function writeSources(
  directory: string,
  scripts: Readonly<Record<string, readonly [text: string, age: number]>>,
  active: string | undefined,
  age: number,
): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [name, [text, hours]] of Object.entries(scripts)) {
    writeFileSync(join(directory, `${name}.script`), text);
    writeFileSync(join(directory, `${name}.bc`), 'CyrSBytecode');
    utimesSync(join(directory, `${name}.script`), NOW, NOW - hours * HOUR);
  }
  if (active !== undefined) symlinkSync(`${active}.bc`, join(directory, 'defaultbc'));
  utimesSync(directory, NOW, NOW - age * HOUR);
}

/** As before the upgrade to 3.6: no #sieve on a side, and no quota that counts it. */
function dropSieveMailbox(pair: UnpackedPair, role: Role): void {
  const side = pair[role];
  rmSync(mailboxDir(side, 'user.ada.#sieve'), { recursive: true });
  editRows(side, (rows) => {
    const { key, uniqueid } = findRow(rows, 'user.ada.#sieve');
    rows.delete(key);
    rows.delete(`I${uniqueid}`);
  });
  for (const either of [pair.master, pair.replica])
    rmSync(join(either, 'conf/quota'), { recursive: true, force: true });
}

describe('two servers of 3.6', () => {
  test('the link on one side only is told, on whichever', async () => {
    for (const role of ['master', 'replica'] as const) {
      const pair = await unpack();
      const link = join(directoryOn(pair, role), 'defaultbc');
      expect(readlinkSync(link)).toBe('away.bc');
      unlinkSync(link);
      const report = await audit(pair);
      expect([report.verdict, report.complete, found(report)]).toEqual(['admin', true, ['sieve-active-differs']]);
    }
  });

  test('a directory that is lost has no link', async () => {
    const pair = await unpack();
    rmSync(directoryOn(pair, 'replica'), { recursive: true });
    expect(found(await audit(pair))).toEqual(['sieve-active-differs']);
  });

  test('what cannot be listed is unaudited', async () => {
    const pair = await unpack();
    const directory = directoryOn(pair, 'replica');
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'no directory');
    const report = await audit(pair);
    expect(found(report)).toEqual([]);
    expect(report.complete).toBe(false);
    expect(report.unaudited).toEqual([
      expect.objectContaining({
        what: 'user ada',
        side: 'replica',
        reason: expect.stringContaining(directory) as string,
      }),
    ]);
  });

  test('a copy without any scripts leaves the active one unaudited', async () => {
    const pair = await unpack();
    rmSync(join(pair.replica, 'conf/sieve'), { recursive: true });
    const report = await audit(pair);
    expect([found(report), report.complete, report.unaudited.length]).toEqual([[], false, 1]);
  });

  test('sources left by an upgrade are lost unless #sieve has them', async () => {
    const pair = await unpack();
    const directory = directoryOn(pair, 'replica');
    writeFileSync(join(directory, 'left.script'), 'stop;\r\n');
    expect(found(await audit(pair))).toEqual(['sieve-script-removed-on-replica left']);
  });
});

describe.each([
  ['3.4', '3.4'],
  ['2.5', '2.5'],
  ['2.4', '2.4'],
  ['3.6', '3.6'],
] as const)('scripts in directories, engine %s', (master, replica) => {
  const engines = { master, replica };
  const pairOf = async (): Promise<UnpackedPair> => {
    const pair = await unpack();
    for (const role of ['master', 'replica'] as const) dropSieveMailbox(pair, role);
    return pair;
  };
  const log = (pair: UnpackedPair): void => {
    mkdirSync(join(pair.master, 'conf/sync'), { recursive: true });
    writeFileSync(join(pair.master, 'conf/sync/log'), 'META ada\n');
  };

  test('the same scripts are clean', async () => {
    const pair = await pairOf();
    for (const role of ['master', 'replica'] as const)
      writeSources(directoryOn(pair, role), { a: ['keep;', 9], b: ['stop;', 9] }, 'a', 9);
    const report = await audit(pair, engines);
    expect([report.verdict, found(report)]).toEqual(['clean', []]);
  });

  test('lag with its log line is safe', async () => {
    const pair = await pairOf();
    writeSources(directoryOn(pair, 'master'), { a: ['discard;', 2], n: ['keep;', 1] }, 'n', 1);
    writeSources(directoryOn(pair, 'replica'), { a: ['keep;', 9], old: ['stop;', 9] }, 'a', 3);
    log(pair);
    const report = await audit(pair, engines);
    expect(report.verdict).toBe('safe');
    expect(found(report)).toEqual([
      'sieve-active-pending',
      'sieve-script-pending a',
      'sieve-script-pending n',
      'sieve-script-removal-pending old',
    ]);
  });

  test('what may have been made on the replica is not', async () => {
    const pair = await pairOf();
    writeSources(directoryOn(pair, 'master'), { a: ['keep;', 9] }, 'a', 9);
    writeSources(directoryOn(pair, 'replica'), { a: ['discard;', 2], new: ['stop;', 1] }, 'new', 1);
    expect(found(await audit(pair, engines))).toEqual(
      [
        'sieve-active-overwritten-on-replica',
        engines.master === '2.4' ? 'sieve-script-unseen a' : 'sieve-script-overwritten-on-replica a',
        'sieve-script-removed-on-replica new',
      ].sort(),
    );
  });
});

describe('one server keeps messages, the other files', () => {
  test.each([
    ['3.6', '3.4', 'replica'],
    ['3.4', '3.6', 'master'],
  ] as const)('%s to %s: the same script is no difference', async (master, replica, older) => {
    const pair = await unpack();
    const source = sourceOfAway(pair);
    dropSieveMailbox(pair, older);
    writeSources(directoryOn(pair, older), { away: [source, 1] }, 'away', 1);
    expect(found(await audit(pair, { master, replica }))).toEqual([]);
    writeSources(directoryOn(pair, older), { away: [`${source}\r\n`, 1] }, undefined, 1);
    expect(found(await audit(pair, { master, replica }))).toEqual([
      older === 'replica' ? 'sieve-active-pending' : 'sieve-active-overwritten-on-replica',
      'sieve-script-overwritten-on-replica away',
    ]);
  });

  function sourceOfAway(pair: UnpackedPair): string {
    const message = readFileSync(join(mailboxDir(pair.master, 'user.ada.#sieve'), '1.'), 'latin1');
    return message.slice(message.indexOf('\r\n\r\n') + 4);
  }
});
