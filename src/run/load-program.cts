import fs = require('node:fs');
import modules = require('node:module');
import path = require('node:path');
import vm = require('node:vm');

/** A program as one CommonJS file, loaded together with the code that V8 made of it when it was built. */
interface LoadedProgram {
  readonly exports: unknown;
  /** The compiled code was not of this V8, or not there: it was compiled anew. */
  readonly wasCompiled: boolean;
  /** Keeps what has been compiled so far beside the program; for the build. */
  keepCompiled(): void;
}

/**
 * Sets how much a function must have run before V8 optimises it to three times the default, in all threads: an audit of
 * some thousand mailboxes is over within a second, a third of which the compiler took, and a long one notices nothing.
 * To be called before any program is loaded, as compiled code is good for the same settings only.
 */
function tuneEngine(): void {
  const v8 = process.getBuiltinModule('node:v8');
  v8.setFlagsFromString('--interrupt-budget=400000');
  keepYoungSmall();
  // Old objects may grow by so much before V8 looks which of them are garbage. By its own measure they may grow fourfold:
  // of findings that come from threads a third more memory was taken, to save a fiftieth of the time.
  v8.setFlagsFromString('--heap-growing-percent=40');
  process.getBuiltinModule('node:worker_threads').setEnvironmentData(TUNED, true);
  // Compiled code with a changed byte is run as it is by default, to a crash at best. To look costs 2 ms.
  v8.setFlagsFromString('--verify-snapshot-checksum');
}

/** By this name a thread learns that the process is ours to tune, and not a program that uses the library. */
const TUNED = 'cyraudit: engine tuned';

/**
 * Keeps the room for young objects of all threads as small as it begins: what is made of a mailbox is soon forgotten, and
 * grown to V8's 32 MiB that room saves no time. Whenever a thread starts, V8 goes back to its default (Heap::ConfigureHeap
 * of V8 11.3), so that each has to ask anew.
 */
function keepYoungSmall(): void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
}

/** What a thread of ours does before it loads its program. */
function tuneThread(): void {
  if (process.getBuiltinModule('node:worker_threads').getEnvironmentData(TUNED) === true) keepYoungSmall();
}

/** Loads a program, with its compiled code when that fits. */
function loadProgram(file: string): LoadedProgram {
  const cache = `${file}.cache`;
  // ASCII, and in the function that a CommonJS module is run in.
  const text = fs.readFileSync(file, 'latin1');
  const cachedData = readCompiled(cache, text);
  const script = new vm.Script(text, {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const module = { exports: {} as unknown };
  const run = script.runInThisContext() as (...args: readonly unknown[]) => void;
  run(module.exports, modules.createRequire(file), module, file, path.dirname(file));
  return {
    exports: module.exports,
    wasCompiled: script.cachedDataRejected !== false,
    keepCompiled: () => fs.writeFileSync(cache, Buffer.concat([stampOf(text), script.createCachedData()])),
  };
}

/** Characters at the end of a program that are those of no other build; its compiled code begins with them. */
const STAMP_SIZE = 64;

/** V8 looks at the length of the text only: with the code of another build it would run that one. */
const stampOf = (text: string): Buffer => Buffer.from(text.slice(-STAMP_SIZE), 'latin1');

function readCompiled(file: string, text: string): Buffer | undefined {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch {
    // Not built, or not packed: the program itself is all that is needed.
    return undefined;
  }
  return bytes.subarray(0, STAMP_SIZE).equals(stampOf(text)) ? bytes.subarray(STAMP_SIZE) : undefined;
}

export = { loadProgram, tuneEngine, tuneThread };
