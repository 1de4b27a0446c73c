import { resolve } from 'node:path';
import type { Includable } from '../findings/salvage/verdicts.js';
import { salvageVerdict } from '../findings/salvage/verdicts.js';
import type { ManifestMessage, ManifestSelection, ManifestUnaudited } from '../generated/manifest.js';
import { AuditError } from '../model/audit-error.js';
import { counted } from '../report/numbers.js';
import {
  manifestHead,
  manifestMessage,
  manifestTail,
  type ManifestHead,
  type ManifestTail,
} from '../report/salvage/manifest-json.js';
import { SalvageText } from '../report/salvage/salvage-text.js';
import { packageVersion } from '../run/package-version.js';
import { salvage } from '../salvage/salvage.js';
import type { SideSpec } from '../sources/spool/open-side.js';
import { STATUS_UNKNOWN } from './exit-status.js';
import { ExportDirectory } from './export-files.js';
import { StreamedFile } from './manifest-file.js';
import {
  checkReportFile,
  parseReportTarget,
  refuseTwoOnStdout,
  writeReportFile,
  type ReportTarget,
} from './report-target.js';
import { sideDirectories } from './side-directories.js';
import { textWidth, useColor, writeStdout, type TerminalOptions } from './terminal.js';

/** As commander hands them over. */
export interface SalvageCommandOptions extends TerminalOptions {
  readonly oldRoot?: string;
  readonly newRoot?: string;
  readonly user?: readonly string[];
  readonly mailbox?: readonly string[];
  readonly log?: readonly string[];
  readonly since?: Date;
  readonly include?: readonly Includable[];
  readonly report?: readonly string[];
  readonly export?: string;
  readonly quiet?: boolean;
}

const FORMATS = [{ name: 'text' }, { name: 'json' }] as const;
type Format = (typeof FORMATS)[number];

/** A first one ends the work with a manifest of what is done; a second one ends the program. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Runs a salvage and writes what was asked for. @returns the exit status */
export async function runSalvage(old: SideSpec, newer: SideSpec, options: SalvageCommandOptions): Promise<number> {
  const specs = [old, newer] as const;
  const targets = checkTargets(options, specs);
  const include = new Set<Includable>(options.include ?? []);
  const head: ManifestHead = {
    schemaVersion: 1,
    kind: 'salvage-manifest',
    tool: { name: 'cyraudit', version: packageVersion },
    startedAt: new Date().toISOString(),
    sides: specs.map(({ source, root }, n) => ({
      role: n === 0 ? 'old' : 'new',
      source,
      ...(root === undefined ? {} : { root }),
    })),
    selection: selectionOf(options, include),
  };
  const text = new SalvageText();
  const exported =
    options.export === undefined ? undefined : ExportDirectory.open(options.export, specs.flatMap(sideDirectories));
  const streams: (StreamedFile | StdoutStream)[] = targets.flatMap(({ format, file }) =>
    format.name === 'json' ? [file === undefined ? new StdoutStream() : StreamedFile.create(file)] : [],
  );
  const exportedManifest = exported === undefined ? undefined : StreamedFile.create(exported.manifest);
  if (exportedManifest !== undefined) streams.push(exportedManifest);
  /** What was proven and could not be read a second time. */
  const unread: ManifestUnaudited[] = [];
  let unreadBytes = 0;
  let asked = 0;
  let isFirst = true;
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    for (const name of SIGNALS) process.off(name, onSignal);
    stop.abort(signal);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  const progress = progressLine(options);
  try {
    for (const stream of streams) stream.write(manifestHead(head));
    const result = await salvage(
      {
        old: specs[0],
        newer: specs[1],
        users: options.user ?? [],
        mailboxes: options.mailbox ?? [],
        logs: options.log ?? [],
        ...(options.since === undefined ? {} : { since: Math.floor(options.since.getTime() / 1000) }),
        include,
        signal: stop.signal,
        onProgress: (accounts, records) => {
          progress.tell(accounts, records);
        },
      },
      (judged: ManifestMessage) => {
        let found = judged;
        let hasFile = exported !== undefined && found.recover && found.verdict !== 'flags-changed';
        const problem = hasFile ? exported?.copy(found.source, found.guid) : undefined;
        if (problem !== undefined) {
          const { mboxname, uid, size, why } = found;
          unread.push({ what: `uid ${String(uid)}`, side: 'old', mboxname, reason: problem });
          unreadBytes += size;
          found = { ...found, recover: false, verified: false, why: `${why}; ${problem}` };
          hasFile = false;
        }
        if (!found.recover && salvageVerdict(found.verdict).does === 'ask') asked++;
        text.add(found);
        for (const stream of streams) {
          // Only beside the files is a path relative to them of any use.
          const isBeside = hasFile && stream === exportedManifest;
          const message = isBeside ? { ...found, file: ExportDirectory.fileOf(found.guid) } : found;
          stream.write(manifestMessage(message, isFirst));
        }
        isFirst = false;
      },
    );
    progress.end();
    const { counts } = result;
    const tail: ManifestTail = {
      ...result,
      unaudited: [...result.unaudited, ...unread],
      counts: {
        ...counts,
        recover: counts.recover - unread.length,
        recoverBytes: counts.recoverBytes - unreadBytes,
      },
      complete: result.unaudited.length + unread.length === 0,
      finishedAt: new Date().toISOString(),
    };
    exported?.keepEarlierManifest();
    const toStdout = streams.find((stream) => stream instanceof StdoutStream);
    for (const stream of streams) {
      stream.write(manifestTail(tail));
      if (stream !== toStdout) await stream.finish();
    }
    const status = !tail.complete ? STATUS_UNKNOWN : tail.counts.recover + asked > 0 ? 1 : 0;
    const manifest =
      exported?.manifest ?? targets.find(({ format, file }) => format.name === 'json' && file !== undefined)?.file;
    await writeTexts(text, tail, targets, manifest, options, status === 0 && options.quiet === true);
    await toStdout?.finish();
    return status;
  } catch (error) {
    progress.end();
    for (const stream of streams) stream.discard();
    throw error;
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}

function checkTargets(options: SalvageCommandOptions, specs: readonly SideSpec[]): ReportTarget<Format>[] {
  const targets = (options.report ?? ['text']).map((value) => parseReportTarget(value, FORMATS));
  refuseTwoOnStdout(targets);
  const directories = specs.flatMap(sideDirectories);
  const files = targets.flatMap(({ file }) => file ?? []);
  const places = options.export === undefined ? files : [...files, `${options.export}/manifest.json`];
  if (new Set(places.map((place) => resolve(place))).size < places.length)
    throw new AuditError(
      'usage',
      '--report: two of them cannot go to one file',
      'With --export DIR the manifest is DIR/manifest.json.',
    );
  for (const file of files) checkReportFile(file, directories);
  return targets;
}

function selectionOf(
  { user, mailbox, log, since }: SalvageCommandOptions,
  include: ReadonlySet<Includable>,
): ManifestSelection {
  return {
    ...(user === undefined ? {} : { users: user }),
    ...(mailbox === undefined ? {} : { mailboxes: mailbox }),
    ...(log === undefined ? {} : { logs: log }),
    ...(since === undefined ? {} : { since: since.toISOString() }),
    include: [...include].sort(),
  };
}

async function writeTexts(
  text: SalvageText,
  tail: ManifestTail,
  targets: readonly ReportTarget<Format>[],
  manifest: string | undefined,
  options: SalvageCommandOptions,
  silent: boolean,
): Promise<void> {
  const next =
    manifest === undefined ? undefined : `cyraudit reinject ${manifest} --to imaps://SERVER --admin NAME --dry-run`;
  const texts = targets.filter(({ format }) => format.name === 'text');
  for (const { file } of texts)
    if (file !== undefined) writeReportFile(file, text.render(tail, { color: false, width: 100 }, next));
  // Last: whatever stdout refuses, the files are there.
  if (silent || texts.every(({ file }) => file !== undefined)) return;
  await writeStdout(text.render(tail, { color: useColor(options), width: textWidth() }, next));
}

/** A manifest on stdout, in pieces. */
class StdoutStream {
  private pending = '';
  private done = Promise.resolve();

  write(text: string): void {
    this.pending += text;
    if (this.pending.length < 64 * 1024) return;
    const part = this.pending;
    this.pending = '';
    this.done = this.done.then(() => writeStdout(part));
    // Told by finish().
    this.done.catch(() => undefined);
  }

  async finish(): Promise<void> {
    await this.done;
    await writeStdout(this.pending);
  }

  discard(): void {
    this.pending = '';
  }
}

/** How far it has come, on a terminal. */
function progressLine(options: SalvageCommandOptions): { tell(accounts: number, records: number): void; end(): void } {
  const isShown = (options.progress ?? options.quiet !== true) && process.stderr.isTTY;
  let last = 0;
  return {
    tell: (accounts, records) => {
      const now = Date.now();
      if (!isShown || now - last < 200) return;
      last = now;
      process.stderr.write(`\r\x1b[K${counted(accounts, 'account')}, ${counted(records, 'record')}`);
    },
    end: () => {
      if (last > 0) process.stderr.write('\r\x1b[K');
    },
  };
}
