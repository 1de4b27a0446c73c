import {
  findServerRecords,
  readServerAnnotations,
  type ServerAnnotations,
} from '../formats/annotations/server-annotations.js';
import { SERVER_FINDINGS } from '../findings/catalogue.js';
import type { ServerAnnotationsSubject } from '../findings/server/server-annotations-subject.js';
import { SIDES, type PairRole, type ReportedFinding } from '../model/effects.js';
import { writtenSince } from '../sources/changed-since.js';
import { holdUp } from '../sources/hold-up.js';
import { openDatabase, type OpenedDatabase } from '../sources/spool/open-database.js';
import type { SpoolLayout } from '../sources/spool/paths.js';
import { readPendingLogs, type PendingLog } from '../sources/spool/pending-log.js';
import { isLoggedByAll } from './context.js';
import type { UnauditedPart } from './unit-result.js';

type Layouts = Readonly<Record<PairRole, Pick<SpoolLayout, 'annotationsDb' | 'syncLog'>>>;

const WHAT = 'annotations of the server';

/** Before both are read once more because a server is at work: a change may have been met on one side only. Unit: ms. */
const BACK_OFF = [100, 300, 1000] as const;
/** A change and its replication are not further apart while sync_client runs. Unit: ms. */
const AT_WORK = 10_000;

/**
 * Compares the annotations that belong to no mailbox. A database that is damaged or cannot be opened is left to who
 * tells of that; one that is not there has none.
 */
export function auditServerAnnotations(
  layouts: Layouts,
  logsBefore: readonly PendingLog[],
  findings: ReportedFinding[],
  unaudited: UnauditedPart[],
): void {
  const { annotationsDb, syncLog } = layouts.master;
  const watched = [annotationsDb, layouts.replica.annotationsDb, ...syncLog.channels.map(({ dir }) => dir)];
  let logs = logsBefore;
  for (let attempt = 0; ; attempt++) {
    const since = Date.now() - AT_WORK;
    const { found, failed } = lookOnce(layouts, logs);
    const delay = BACK_OFF[attempt];
    const isSettled = failed.length === 0 && found.every(({ class: of }) => of === 'safe');
    if (isSettled || delay === undefined || !writtenSince([...watched, ...logs.flatMap(({ files }) => files)], since)) {
      findings.push(...found);
      unaudited.push(...failed);
      return;
    }
    holdUp(delay);
    logs = readPendingLogs(syncLog);
  }
}

function lookOnce(
  layouts: Layouts,
  logs: readonly PendingLog[],
): { readonly found: readonly ReportedFinding[]; readonly failed: readonly UnauditedPart[] } {
  const opened = {
    master: openDatabase(layouts.master.annotationsDb),
    replica: openDatabase(layouts.replica.annotationsDb),
  };
  try {
    const failed: UnauditedPart[] = [];
    const [master, replica] = SIDES.map((role) => {
      const read = readSide(opened[role]);
      if (read?.failed !== undefined) failed.push({ what: WHAT, side: role, reason: read.failed });
      return read?.values;
    });
    if (master === undefined || replica === undefined || failed.length > 0) return { found: [], failed };
    const subject = compareServerAnnotations(master, replica, logs, (values) => onceOn(opened.master, values));
    return { found: SERVER_FINDINGS.flatMap((finding) => finding.find(subject)), failed };
  } finally {
    for (const role of SIDES) opened[role].close();
  }
}

/** undefined = it cannot be opened. */
function readSide({ db, path, format, failure }: OpenedDatabase): ReturnType<typeof readServerAnnotations> | undefined {
  if (failure?.missing === true || format === 'empty') return { values: new Map() };
  return db === undefined ? undefined : readServerAnnotations(db, path);
}

/** Which of these values the file remembers; undefined = it keeps no old records. */
function onceOn({ format, bytesAt }: OpenedDatabase, values: ServerAnnotations): ReadonlySet<string> | undefined {
  if (format === 'flat') return undefined;
  return bytesAt === undefined ? new Set() : findServerRecords(bytesAt, values);
}

/** @param onceOnMaster which of these values the master has had; undefined = nothing tells */
export function compareServerAnnotations(
  master: ServerAnnotations,
  replica: ServerAnnotations,
  logs: readonly PendingLog[],
  onceOnMaster: (values: ServerAnnotations) => ReadonlySet<string> | undefined,
): ServerAnnotationsSubject {
  const differing = [...new Set([...master.keys(), ...replica.keys()])].filter(
    (name) => master.get(name) !== replica.get(name),
  );
  const logged = isLoggedByAll(logs, ({ annotations }) => annotations.has(''));
  const onReplica = new Map([...replica].filter(([name, value]) => master.get(name) !== value));
  // Where nothing tells, a line is taken as proof that the master has changed them.
  const once = (onReplica.size > 0 ? onceOnMaster(onReplica) : undefined) ?? new Set(logged ? onReplica.keys() : []);
  const ofReplica = [...onReplica.keys()].filter((name) => !once.has(name));
  return { differing: differing.map(shownName).sort(), ofReplica: ofReplica.map(shownName).sort(), logged };
}

/** As IMAP names it, with the user whose private one it is. */
function shownName(name: string): string {
  const [entry = '', userid = ''] = name.split('\0');
  return userid === '' ? `/shared${entry}` : `/private${entry} (${userid})`;
}
