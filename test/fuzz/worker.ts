/** Reads hostile inputs in a thread of its own, so that one that hangs or eats all memory ends only the thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { watchAllocations } from './allocations.js';
import type { ReaderUnderTest } from './reader-under-test.js';
import { AllocationError, inputMaker, readInput } from './run-inputs.js';

export interface WorkerSetup {
  /** Module that exports `readers`. */
  readonly table: string;
  readonly seed: number;
  /** One word: the number of the input that is being read. */
  readonly progress: SharedArrayBuffer;
}

export interface Batch {
  readonly reader: string;
  readonly from: number;
  readonly to: number;
}

export interface BatchResult {
  /** Inputs that were read, the failed one included. */
  readonly done: number;
  /** Of one input, of this process's processor time. Unit: ms. */
  readonly slowest: number;
  readonly slowestInput: number;
  /** Unit: bytes. */
  readonly largestAllocation: number;
  readonly failure?: { readonly input: number; readonly kind: 'exception' | 'allocation'; readonly message: string };
}

const { table, seed, progress } = workerData as WorkerSetup;
const { readers } = (await import(table)) as { readers: readonly ReaderUnderTest[] };
const current = new Int32Array(progress);
const makers = new Map<string, (n: number) => Buffer>();
watchAllocations();

async function run({ reader: name, from, to }: Batch): Promise<BatchResult> {
  const reader = readers.find((one) => one.name === name)!;
  let make = makers.get(name);
  if (make === undefined) makers.set(name, (make = inputMaker(reader, seed)));
  let slowest = 0;
  let slowestInput = from;
  let largestAllocation = 0;
  for (let input = from; input < to; input++) {
    const bytes = make(input);
    Atomics.store(current, 0, input);
    const start = process.cpuUsage();
    try {
      largestAllocation = Math.max(largestAllocation, await readInput(reader, bytes));
    } catch (error) {
      const kind = error instanceof AllocationError ? 'allocation' : 'exception';
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return {
        done: input + 1 - from,
        slowest,
        slowestInput,
        largestAllocation,
        failure: { input, kind, message },
      };
    }
    const { user, system } = process.cpuUsage(start);
    const took = (user + system) / 1000;
    if (took > slowest) [slowest, slowestInput] = [took, input];
  }
  return { done: to - from, slowest, slowestInput, largestAllocation };
}

parentPort!.on('message', (batch: Batch | 'close') => {
  if (batch === 'close') {
    for (const { close } of readers) close?.();
    parentPort!.close();
    return;
  }
  void run(batch).then((result) => {
    Atomics.store(current, 0, -1);
    parentPort!.postMessage(result);
  });
});
