/** Whole audits of a pair in which one file is hostile. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extract } from 'tar';
import { auditSides } from '../../src/audit/audit.js';
import { makeReportValidator } from '../../src/cli/read-report.js';
import { catalogue } from '../../src/findings/catalogue.js';
import type { Report } from '../../src/generated/report.js';
import { AuditError } from '../../src/model/audit-error.js';
import { reportFormats } from '../../src/report/formats.js';
import { runHere } from '../../src/run/run-here.js';
import { atRest } from '../support/at-rest.js';
import type { Outcome, ReaderUnderTest } from './reader-under-test.js';
import { resealIndex, resealTwoskip } from './reseal.js';

interface HostileFile {
  readonly pair: string;
  /** Below the directory that holds `master/` and `replica/`. */
  readonly file: string;
  readonly reseal?: (bytes: Buffer) => void;
}

const LAG = 'made/seen-by-other-lag';
const OLDER = 'versions/v2.4.20-pair-lag-flags';
const INBOX = 'spool/uuid/q/e/qexdz5rpcwl9fbusylyotucb';

const FILES: readonly HostileFile[] = [
  ...['master', 'replica'].flatMap((side): HostileFile[] => [
    { pair: LAG, file: `${side}/conf/mailboxes.db`, reseal: resealTwoskip },
    { pair: LAG, file: `${side}/${INBOX}/cyrus.index`, reseal: resealIndex },
    { pair: LAG, file: `${side}/${INBOX}/cyrus.header` },
    { pair: LAG, file: `${side}/${INBOX}/cyrus.cache` },
    { pair: OLDER, file: `${side}/conf/mailboxes.db` },
  ]),
  { pair: LAG, file: `master/${INBOX}/cyrus.annotations`, reseal: resealTwoskip },
  { pair: LAG, file: 'master/conf/annotations.db', reseal: resealTwoskip },
  { pair: LAG, file: 'master/conf/user/uuid/5/x/5xyro3j04svf2oe32idcu4sn/seen.db', reseal: resealTwoskip },
  { pair: LAG, file: 'master/conf/user/uuid/q/e/qexdz5rpcwl9fbusylyotucb/sub.db' },
  { pair: LAG, file: 'master/conf/quota/a/user.ada' },
  { pair: LAG, file: 'master/conf/sync/log' },
  { pair: LAG, file: 'master/imapd.conf' },
  { pair: OLDER, file: 'master/spool/a/user/alice/cyrus.index', reseal: resealIndex },
  { pair: OLDER, file: 'master/spool/a/user/alice/cyrus.header' },
];

const archive = (pair: string): string =>
  fileURLToPath(new URL(`../../fixtures/${pair}/before.tar.gz`, import.meta.url));

/** Unpacked pairs of this thread, by name. */
const unpacked = new Map<string, string>();
function directoryOf(pair: string): string {
  let dir = unpacked.get(pair);
  if (dir === undefined) {
    dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cyraudit-fuzz-'));
    extract({ file: archive(pair), cwd: dir, preserveOwner: false, strict: true, sync: true });
    unpacked.set(pair, dir);
  }
  return dir;
}
function removePairs(): void {
  for (const dir of unpacked.values()) rmSync(dir, { recursive: true, force: true });
  unpacked.clear();
}

const originals = new Map<string, Buffer>();
function original({ pair, file }: HostileFile): Buffer {
  const key = `${pair}/${file}`;
  let bytes = originals.get(key);
  if (bytes === undefined) originals.set(key, (bytes = readFileSync(join(directoryOf(pair), file))));
  return bytes;
}

let validate: ((value: unknown) => string | undefined) | undefined;

async function auditWith(hostile: HostileFile, bytes: Buffer): Promise<Outcome> {
  const before = original(hostile);
  const dir = directoryOf(hostile.pair);
  const path = join(dir, hostile.file);
  writeFileSync(path, bytes);
  atRest(path);
  try {
    // In this thread, and below this root: a hostile imapd.conf must not lead the walk over the machine.
    const sides = (['master', 'replica'] as const).map((role) => ({ role, source: join(dir, role), root: dir }));
    const report = await auditSides(sides, { level: 'content' }, { version: '0.0.0', startRunner: runHere });
    checkReport(report);
    return { value: report.verdict, faults: [] };
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    return { value: error.code, faults: [] };
  } finally {
    writeFileSync(path, before);
    atRest(path);
  }
}

/** A bug in a unit or a worker is told as unaudited: here it is one. */
function checkReport(report: Report): void {
  validate ??= makeReportValidator();
  const problem = validate(report);
  if (problem !== undefined) throw new Error(problem);
  const bug = report.unaudited.find(({ reason }) => /^internal error|worker thread failed/.test(reason));
  if (bug !== undefined) throw new Error(`${bug.what}: ${bug.reason}`);
  for (const { render } of reportFormats) render(report, { catalogue, color: false, width: 80 });
}

export const auditReaders: readonly ReaderUnderTest[] = FILES.map((hostile) => ({
  name: `audit-${hostile.pair === OLDER ? 'older-' : ''}${hostile.file.replace(/\/.*\//, '-').replace('/', '-')}`,
  seeds: () => [original(hostile)],
  read: (bytes) => auditWith(hostile, bytes),
  ...(hostile.reseal === undefined ? {} : { reseal: hostile.reseal }),
  share: 0.01,
  limitMs: 30_000,
  close: removePairs,
}));
