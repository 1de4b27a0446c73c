/** Who runs on which data: cyraudit, and what an administrator would run instead. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whyNoCyrus } from '../fixtures/make/instance.js';
import type { GroupName, Pair } from './datasets.js';

export interface Contender {
  readonly name: string;
  readonly argv: readonly string[];
  /** Why it cannot be run here. */
  readonly whyNot?: string;
  /** Starts with nothing in the page cache. */
  readonly isCold?: boolean;
  /** Says what is wrong with its output; undefined when nothing is. Without it the output goes nowhere. */
  readonly complaint?: (stdout: string) => string | undefined;
}

export const INDEX = 'cyraudit compare --level index';
export const FILES = 'cyraudit compare --level files';
export const CONTENT = 'cyraudit compare --level content';
export const LIST = 'cyraudit check, the list only';
export const INSPECT = 'cyraudit inspect mailboxes.db';
export const QUICK_CHECK = 'rsync -na';
export const CHECKSUMS = 'rsync -nac';
export const SHA1SUM = 'find | xargs -P2 sha1sum';
export const DIFF = 'diff -rq';
export const RECONSTRUCT = 'reconstruct -n -r -s, one side';
export const RECONSTRUCT_GUID = 'reconstruct -n -r -G, one side';
export const CONSISTENT = 'cyr_dbtool consistent, one list';
export const SHOW = 'cyr_dbtool show, one list';
export const READ_METADATA = 'reading the metadata and nothing else';
export const READ_ALL = 'reading everything and nothing else';
export const NODE = 'node -e 0';
export const cold = (name: string): string => `${name}, cold cache`;

export const DROP_CACHES = '/proc/sys/vm/drop_caches';
export const PROGRAM = fileURLToPath(new URL('../dist/bin/cyraudit.cjs', import.meta.url));

/** Reads the files of a list into one buffer. cat(1) maps a new one for every file, which takes ten times as long. */
const READER = `
const { closeSync, openSync, readFileSync, readSync } = require('node:fs');
const buffer = Buffer.allocUnsafeSlow(1 << 20);
for (const file of readFileSync(process.argv[1], 'utf8').split('\\0').slice(0, -1)) {
  const fd = openSync(file);
  while (readSync(fd, buffer) > 0);
  closeSync(fd);
}`;

/** @param mayDropCaches when not, nothing is measured with a cold cache: it slows down the whole machine */
export function contendersOf(group: GroupName, pair: Pair, mayDropCaches: boolean): Contender[] {
  const { master, replica, metadata, everything } = pair;
  const shell = (name: string, script: string, ...args: readonly string[]): Contender => ({
    name,
    argv: ['sh', '-c', script, 'sh', ...args],
  });
  const audit = (name: string, ...args: readonly string[]): Contender => ({
    name,
    argv: [process.execPath, PROGRAM, ...args, '--quiet', '--no-progress'],
  });
  const compare = (name: string, level: string): Contender => audit(name, 'compare', master, replica, '--level', level);
  const rsync = (name: string, options: string): Contender => ({
    name,
    argv: ['rsync', options, `${master}/`, `${replica}/`],
    ...unlessFound('rsync'),
  });
  const read = (name: string, list: string): Contender => ({ name, argv: [process.execPath, '-e', READER, list] });
  const whyNotCold = mayDropCaches ? whyNoDrop() : 'only small data';
  const chill = (contender: Contender): Contender => ({
    ...contender,
    name: cold(contender.name),
    isCold: true,
    ...(whyNotCold === undefined ? {} : { whyNot: whyNotCold }),
  });
  const onList = [
    ofCyrus(pair, CONSISTENT, 'cyr_dbtool', ['conf/mailboxes.db', 'twoskip', 'consistent'], (stdout) =>
      stdout.startsWith('Yes') ? undefined : stdout,
    ),
    audit(LIST, 'check', master, '--level', 'index', '--user', 'u000000'),
  ];
  const index = compare(INDEX, 'index');
  const content = compare(CONTENT, 'content');
  const quickCheck = rsync(QUICK_CHECK, '-na');
  const checksums = rsync(CHECKSUMS, '-nac');

  const sound = (stdout: string): string | undefined => complaintOfReconstruct(stdout, pair.mailboxes);

  switch (group) {
    case 'typical':
      return [
        index,
        quickCheck,
        ofCyrus(pair, RECONSTRUCT, 'reconstruct', ['-n', '-r', '-s', 'user/*'], sound),
        read(READ_METADATA, metadata),
        ...onList,
        compare(FILES, 'files'),
        { name: DIFF, argv: ['diff', '-rq', master, replica] },
        content,
        checksums,
        shell(SHA1SUM, 'find "$@" -type f -print0 | xargs -0 -P2 -n 500 sha1sum > /dev/null', master, replica),
        ofCyrus(pair, RECONSTRUCT_GUID, 'reconstruct', ['-n', '-r', '-G', 'user/*'], sound),
        read(READ_ALL, everything),
        ...[index, quickCheck, content, checksums].map(chill),
      ];
    case 'mailboxes':
      return [index, quickCheck, read(READ_METADATA, metadata)];
    case 'records':
      return [index, read(READ_METADATA, metadata)];
    case 'list':
      return [
        ...onList,
        ofCyrus(pair, SHOW, 'cyr_dbtool', ['conf/mailboxes.db', 'twoskip', 'show']),
        shell(INSPECT, '"$@" > /dev/null', process.execPath, PROGRAM, 'inspect', `${master}/conf/mailboxes.db`),
      ];
    case 'drift':
      return [index, read(READ_METADATA, metadata)];
    case 'start':
      return [index, compare(FILES, 'files'), content, { name: NODE, argv: [process.execPath, '-e', '0'] }];
  }
}

/** One of Cyrus's programs on the copy, as Cyrus's user. What is below `conf/` of the copy is named without it. */
function ofCyrus(
  { copy }: Pair,
  name: string,
  tool: string,
  args: readonly string[],
  complaint?: Contender['complaint'],
): Contender {
  if (copy === undefined) return { name, argv: [], whyNot: whyNoCyrus() ?? 'no copy' };
  const { tools, dir } = copy;
  const { uid, gid } = tools.user;
  const command = tools.argv(
    tool,
    args.map((arg) => (arg.startsWith('conf/') ? join(dir, arg) : arg)),
  );
  const argv = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...command.flat()];
  return { name, argv, ...(complaint === undefined ? {} : { complaint }) };
}

/** It names each mailbox, and behind the name what it would repair. */
export function complaintOfReconstruct(stdout: string, mailboxes: number): string | undefined {
  const lines = stdout.trim().split('\n');
  const complaint = lines.find((line) => !/^user\/u\d{6}(\/folder\d)?$/.test(line));
  return complaint ?? (lines.length === mailboxes ? undefined : `${lines.length} of ${mailboxes} mailboxes`);
}

function unlessFound(name: string): { readonly whyNot?: string } {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  return path.some((dir) => existsSync(join(dir, name))) ? {} : { whyNot: `no ${name} here` };
}

function whyNoDrop(): string | undefined {
  try {
    closeSync(openSync(DROP_CACHES, 'w'));
    return undefined;
  } catch (error) {
    return `${DROP_CACHES}: ${(error as NodeJS.ErrnoException).code ?? 'not writable'}`;
  }
}
