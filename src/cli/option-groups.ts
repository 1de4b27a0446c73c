import { Option, type Command } from 'commander';
import { parseCount, parseDelay, parseEngine } from './option-values.js';

/** More threads than any machine that holds a spool has, and few enough to be started. */
const MAX_THREADS = 256;
/** More looks than anybody waits for. */
const MAX_RECHECKS = 100;
/** Unit: MB/s. */
const MAX_IO_LIMIT = 100_000;

/** Where the two sides of a pair lie, and which releases replicate. */
export function addPairOptions(command: Command): Command {
  return command
    .option('--master-root <dir>', "absolute paths in the master's imapd.conf lie below this directory")
    .option('--replica-root <dir>', "absolute paths in the replica's imapd.conf lie below this directory")
    .option(
      '--engine <release>',
      'release of Cyrus that replicates from the master (default: told by its spool)',
      parseEngine,
    )
    .option('--replica-engine <release>', 'release of Cyrus on the replica (default: told by its spool)', parseEngine);
}

export function addLevelOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--level <level>',
      'index: databases and metadata only; files: also stats every message; content: also hashes every message and decodes its cache record',
    )
      .choices(['index', 'files', 'content'])
      .default('files'),
  );
}

/** What an audit counts of a pair that is changed while it is looked at. */
export function addRecheckOptions(command: Command): Command {
  return command
    .option(
      '--recheck <n>',
      'for servers at work: look again n times at what differs, and count only what is found every time',
      parseCount('looks', 0, MAX_RECHECKS),
      0,
    )
    .option('--recheck-delay <seconds>', 'wait before each of these looks (default: 30)', parseDelay);
}

/** @param fallback how many there are when nobody says */
export function addThreadsOption(
  command: Command,
  fallback = 'one per core; with --level content more while they wait for the disk',
): Command {
  return command.option(
    '--threads <n>',
    `worker threads (default: ${fallback})`,
    parseCount('threads', 1, MAX_THREADS),
  );
}

/** How much of the machine is left to the servers. */
export function addLoadOptions(command: Command): Command {
  return command
    .option('--io-limit <MB/s>', 'read no more than this from both sides together', parseCount('MB/s', 1, MAX_IO_LIMIT))
    .option('--nice', 'give way to servers: lowest priority for the processor, and the disk only when it is idle');
}

/** @param what is coloured */
export function addColorOptions(command: Command, what = 'the text'): Command {
  return command
    .option('--color', `colour ${what} (the default on a terminal, unless NO_COLOR is set)`)
    .option('--no-color', `do not colour ${what}`);
}
