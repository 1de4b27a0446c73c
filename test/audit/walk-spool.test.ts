/** The walk over a spool: what no entry claims is found, and what cannot be looked at is told, with an index or without. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkList } from '../../src/audit/check-list.js';
import { openContext, type AuditPlan, type SideHints } from '../../src/audit/context.js';
import { planWalk, walkSpool } from '../../src/audit/walk-spool.js';
import type { UnauditedPart } from '../../src/audit/unit-result.js';
import type { ReportedFinding } from '../../src/model/effects.js';
import { runCli } from '../support/cli.js';
import { editRows, findRow, mailboxDir } from '../support/edit-side.js';
import { writeSide } from '../support/encode/write-side.js';

const FOLDER = 'user.u000001.folder1';

let dir = '';
let master = '';
let replica = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-walk-'));
  [master, replica] = [join(dir, 'master'), join(dir, 'replica')];
  writePair(20);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function writePair(mailboxes: number): void {
  writeSide(master, { mailboxes, messages: 1, mailboxesPerUser: 10, seed: 2, files: false });
  cpSync(master, replica, { recursive: true, preserveTimestamps: true });
}

interface Walked {
  readonly findings: readonly ReportedFinding[];
  readonly unaudited: readonly UnauditedPart[];
}

/** Walks the master in one go, knowing what the look through its list has shown, or not. */
function walk(withIndex: boolean): Walked {
  const plan: AuditPlan = {
    sides: [
      { role: 'master', source: master },
      { role: 'replica', source: replica },
    ],
    level: 'index',
    findingCap: 100,
    maxLost: 0,
    users: [],
    mailboxes: [],
    partitions: [],
  };
  const hints: SideHints = {};
  if (withIndex) for (const spec of plan.sides) hints[spec.role] = checkList(spec).hints;
  const ctx = openContext(plan, hints);
  try {
    const unaudited: UnauditedPart[] = [];
    const { role, layout } = ctx.sides.get('master')!.side;
    const findings = planWalk(role, layout, unaudited).flatMap((task) => walkSpool(ctx, task, unaudited));
    return { findings, unaudited };
  } finally {
    ctx.close();
  }
}

/** Both ways, which must not differ. */
function walkBoth(): Walked {
  const walked = walk(true);
  expect(walk(false)).toEqual(walked);
  return walked;
}

/** A directory of a mailbox that no list has, at its place. */
function addOrphan(uniqueid: string): string {
  const path = join(master, 'spool/uuid', uniqueid[0]!, uniqueid[1]!, uniqueid);
  mkdirSync(dirname(path), { recursive: true });
  cpSync(mailboxDir(master, FOLDER), path, { recursive: true, preserveTimestamps: true });
  return path;
}

test('a spool at rest has nothing to tell', () => {
  expect(walkBoth()).toEqual({ findings: [], unaudited: [] });
});

describe('a directory below uuid/A/B that no entry claims', () => {
  test('is found, wherever it lies', () => {
    const paths = ['zzzz', mailboxDir(master, FOLDER).slice(-24, -22) + 'x'].map(addOrphan);
    const { findings, unaudited } = walkBoth();
    expect(findings.map(({ facts }) => facts['path']).sort()).toEqual(paths.sort());
    expect(unaudited).toEqual([]);
  });

  test('is found at every thread count', () => {
    // More than are audited without a thread.
    for (const side of [master, replica]) rmSync(side, { recursive: true });
    writePair(100);
    const path = addOrphan('zzzz');
    const reports = [1, 2, 8].map((threads) => {
      const { stdout } = runCli([
        'compare',
        master,
        replica,
        '--level',
        'index',
        '--threads',
        String(threads),
        '--report',
        'json',
      ]);
      const { findings } = JSON.parse(stdout) as { findings: ReportedFinding[] };
      return findings;
    });
    expect(reports[0]!.flatMap(({ facts }) => facts['path'] ?? [])).toEqual([path]);
    expect(reports[1]).toEqual(reports[0]);
    expect(reports[2]).toEqual(reports[0]);
  });

  test('is found where its mailbox lies elsewhere, under other letters or on another partition', () => {
    const at = mailboxDir(master, FOLDER);
    const astray = join(master, 'spool/uuid/z/z', basename(at));
    mkdirSync(dirname(astray), { recursive: true });
    cpSync(at, astray, { recursive: true, preserveTimestamps: true });
    expect(walkBoth().findings.map(({ facts }) => facts['path'])).toEqual([astray]);
    rmSync(astray, { recursive: true });

    editRows(master, (rows) => {
      const { key, value, uniqueid } = findRow(rows, FOLDER);
      for (const name of [key, `I${uniqueid}`])
        rows.set(name, (rows.get(name) ?? value).replace('P default', 'P other'));
    });
    expect(walkBoth().findings.map(({ facts }) => facts['path'])).toEqual([at]);
  });

  test.each(['T d', 'T i', 'T el'])('is found when the entry is %s', (type) => {
    const at = mailboxDir(master, FOLDER);
    editRows(master, (rows) => {
      const { key, value } = findRow(rows, FOLDER);
      rows.set(key, value.replace('T e', type));
    });
    expect(walkBoth().findings.map(({ facts }) => facts['path'])).toEqual([at]);
  });

  test('is no directory of a mailbox without an index in it', () => {
    rmSync(join(addOrphan('zzzz'), 'cyrus.index'));
    expect(walkBoth()).toEqual({ findings: [], unaudited: [] });
  });
});

describe('a directory that is moved within the spool, with a link in its place', () => {
  /** Relative links, as they survive a copy of the side. */
  const move = (from: string, to: string): void => {
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
    symlinkSync(relative(dirname(from), to), from);
  };
  const elsewhere = (name: string): string => join(master, 'spool', name);

  test.each(['elsewhere', 'elsewhere/below', 'uuid/z/z/zzzz'])('belongs to the entry that leads to it: %s', (name) => {
    move(mailboxDir(master, FOLDER), elsewhere(name));
    const { findings, unaudited } = walkBoth();
    expect(findings).toEqual([]);
    expect(unaudited.map(({ reason }) => reason)).toEqual([expect.stringContaining('a symbolic link') as string]);
  });

  test('keeps its name while its header lies elsewhere', () => {
    const at = mailboxDir(master, FOLDER);
    for (const side of [master, replica]) {
      const conf = join(side, 'imapd.conf');
      writeFileSync(conf, `${readFileSync(conf, 'utf8')}metapartition-default: meta\nmetapartition_files: header\n`);
    }
    rmSync(join(at, 'cyrus.header'));
    move(at, elsewhere(basename(at)));
    expect(walkBoth().findings).toEqual([]);
  });

  test('may be one with many mailboxes in it', () => {
    const at = dirname(mailboxDir(master, FOLDER));
    move(at, elsewhere('hash'));
    expect(walkBoth().findings).toEqual([]);
  });

  test('is found when the entry leads to another one, or to none', () => {
    const at = mailboxDir(master, FOLDER);
    const copy = elsewhere('copy');
    cpSync(at, copy, { recursive: true, preserveTimestamps: true });
    expect(walkBoth().findings.map(({ facts }) => facts['path'])).toEqual([copy]);
    move(at, elsewhere('moved'));
    expect(walkBoth().findings.map(({ facts }) => facts['path'])).toEqual([copy]);
    rmSync(at);
    expect(walkBoth().findings.map(({ facts }) => facts['path'])).toEqual([copy, elsewhere('moved')]);
  });
});

describe('what cannot be looked at is unaudited', () => {
  const reasons = ({ unaudited }: Walked): string[] => unaudited.map(({ reason }) => reason);

  test('a symbolic link in uuid/A/B', () => {
    const orphan = addOrphan('zzzz');
    const elsewhere = join(dir, 'elsewhere');
    renameSync(orphan, elsewhere);
    symlinkSync(elsewhere, orphan);
    const walked = walkBoth();
    expect(walked.findings).toEqual([]);
    expect(reasons(walked)).toEqual([expect.stringMatching(/zzzz: a symbolic link/) as string]);
  });

  test('a symbolic link in the place of a mailbox that the list has', () => {
    const at = mailboxDir(master, FOLDER);
    const elsewhere = join(dir, 'elsewhere');
    renameSync(at, elsewhere);
    symlinkSync(elsewhere, at);
    expect(reasons(walkBoth())).toEqual([expect.stringContaining(`${at}: a symbolic link`) as string]);
  });

  test.each(['spool/uuid', 'spool/uuid/a', 'spool/uuid/a/b'])('a symbolic link at %s', (path) => {
    const at = join(master, path);
    const elsewhere = join(dir, 'elsewhere');
    mkdirSync(at, { recursive: true });
    renameSync(at, elsewhere);
    symlinkSync(elsewhere, at);
    expect(reasons(walkBoth())).toEqual([expect.stringContaining(`${at}: a symbolic link`) as string]);
  });

  test('an index that cannot be read, and one that is a loop', () => {
    const orphan = addOrphan('zzzz');
    rmSync(join(orphan, 'cyrus.index'));
    symlinkSync('cyrus.index', join(orphan, 'cyrus.index'));
    expect(reasons(walkBoth())).toEqual([expect.stringMatching(/zzzz\/cyrus\.index.*ELOOP/) as string]);
  });

  test('a file in the place of a directory is none', () => {
    mkdirSync(join(master, 'spool/uuid/z/z'), { recursive: true });
    writeFileSync(join(master, 'spool/uuid/z/z/zzfile'), '');
    writeFileSync(join(master, 'spool/uuid/z/file'), '');
    expect(walkBoth()).toEqual({ findings: [], unaudited: [] });
  });

  test('a spool that is a file', () => {
    rmSync(join(master, 'spool'), { recursive: true });
    writeFileSync(join(master, 'spool'), '');
    expect(reasons(walkBoth())).toEqual([expect.stringMatching(/spool: ENOTDIR/) as string]);
  });
});
