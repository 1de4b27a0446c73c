import { Worker } from 'node:worker_threads';
import type { ReaderUnderTest } from './reader-under-test.js';
import { inputMaker } from './run-inputs.js';
import type { Batch, BatchResult, WorkerSetup } from './worker.js';

export interface Failure {
  readonly reader: string;
  readonly seed: number;
  readonly input: number;
  readonly kind: 'exception' | 'allocation' | 'hang' | 'memory';
  readonly message: string;
  readonly bytes: Buffer;
}

export interface ReaderResult {
  readonly reader: string;
  readonly inputs: number;
  readonly seconds: number;
  /** Of one input. Unit: ms. */
  readonly slowest: number;
  readonly slowestInput: number;
  readonly largestAllocation: number;
  readonly failures: readonly Failure[];
}

export interface FuzzOptions {
  /** Module that exports `readers`. */
  readonly table: URL;
  /** Inputs for each reader, times its share. */
  readonly iterations: number;
  readonly seed: number;
  readonly threads: number;
  /** Names of readers, or parts of them; all when empty. */
  readonly only?: readonly string[];
  /** Heap of one thread, for inputs of some ten KiB and the program itself. Unit: MiB. */
  readonly heapMiB?: number;
  /** Instead of what a reader says. Unit: ms. */
  readonly limitMs?: number;
  /** After so many a reader is given up: more of the same show nothing. */
  readonly maxFailures?: number;
  readonly onReader?: (result: ReaderResult) => void;
}

const DEFAULT_LIMIT_MS = 5000;
const DEFAULT_HEAP_MIB = 192;
const DEFAULT_MAX_FAILURES = 5;
const BATCH = 5000;
const TICK_MS = 50;

/** Gives hostile inputs to readers, each reader on one thread at a time, and names those that break it. */
export async function fuzz(options: FuzzOptions): Promise<ReaderResult[]> {
  const { readers } = (await import(options.table.href)) as { readers: readonly ReaderUnderTest[] };
  const { only = [] } = options;
  const chosen = readers.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
  const queue = [...chosen];
  const results: ReaderResult[] = [];
  const drain = async (): Promise<void> => {
    const thread = new FuzzThread(options);
    for (let reader = queue.shift(); reader !== undefined; reader = queue.shift()) {
      const result = await runReader(thread, reader, options);
      results.push(result);
      options.onReader?.(result);
    }
    await thread.close();
  };
  await Promise.all(Array.from({ length: options.threads }, drain));
  return chosen.map(({ name }) => results.find(({ reader }) => reader === name)!);
}

async function runReader(thread: FuzzThread, reader: ReaderUnderTest, options: FuzzOptions): Promise<ReaderResult> {
  const { iterations, seed, maxFailures = DEFAULT_MAX_FAILURES } = options;
  const total = reader.asIs ?? Math.max(1, Math.ceil(iterations * (reader.share ?? 1)));
  const limitMs = options.limitMs ?? reader.limitMs ?? DEFAULT_LIMIT_MS;
  const failures: Failure[] = [];
  const start = performance.now();
  let slowest = 0;
  let slowestInput = 0;
  let largestAllocation = 0;
  let done = 0;
  while (done < total && failures.length < maxFailures) {
    const batch = { reader: reader.name, from: done, to: Math.min(total, done + BATCH) };
    const result = await thread.run(batch, limitMs);
    done = batch.from + result.done;
    if (result.slowest > slowest) ({ slowest, slowestInput } = result);
    largestAllocation = Math.max(largestAllocation, result.largestAllocation);
    if (result.failure !== undefined) {
      const { input, kind, message } = result.failure;
      const bytes = inputMaker(reader, seed)(input);
      failures.push({ reader: reader.name, seed, input, kind, message, bytes });
    }
  }
  const seconds = (performance.now() - start) / 1000;
  return { reader: reader.name, inputs: done, seconds, slowest, slowestInput, largestAllocation, failures };
}

type ThreadResult = Omit<BatchResult, 'failure'> & {
  readonly failure?: Pick<Failure, 'input' | 'kind' | 'message'>;
};

/** One worker thread and its watchdog; a new thread takes the place of one that had to be ended. */
class FuzzThread {
  private worker: Worker | undefined;
  private current = new Int32Array(new SharedArrayBuffer(4));

  constructor(private readonly options: FuzzOptions) {}

  run(batch: Batch, limitMs: number): Promise<ThreadResult> {
    const worker = (this.worker ??= this.start());
    return new Promise((resolve) => {
      let last = -1;
      // Ticks, not time: a machine that stood still let the thread stand still as well.
      let ticks = 0;
      const end = (result: ThreadResult): void => {
        clearInterval(watchdog);
        worker.off('message', end).off('error', onError).off('exit', onExit);
        resolve(result);
      };
      const lost = (kind: Failure['kind'], message: string): void => {
        const input = Math.max(batch.from, Atomics.load(this.current, 0));
        this.worker = undefined;
        void worker.terminate();
        const done = input + 1 - batch.from;
        end({ done, slowest: 0, slowestInput: input, largestAllocation: 0, failure: { input, kind, message } });
      };
      const watchdog = setInterval(() => {
        const now = Atomics.load(this.current, 0);
        ticks = now === last ? ticks + 1 : 0;
        last = now;
        if (now >= 0 && ticks * TICK_MS > limitMs) lost('hang', `no end within ${String(limitMs)} ms`);
      }, TICK_MS);
      const onError = (error: NodeJS.ErrnoException): void =>
        lost(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'exception', error.stack ?? error.message);
      const onExit = (status: number): void => lost('exception', `the thread ended with ${String(status)}`);
      worker.on('message', end).on('error', onError).on('exit', onExit).postMessage(batch);
    });
  }

  async close(): Promise<void> {
    const { worker } = this;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('close');
    await ended;
  }

  private start(): Worker {
    const { table, seed, heapMiB = DEFAULT_HEAP_MIB } = this.options;
    const progress = new SharedArrayBuffer(4);
    this.current = new Int32Array(progress);
    Atomics.store(this.current, 0, -1);
    const setup: WorkerSetup = { table: table.href, seed, progress };
    return new Worker(new URL('./worker.mjs', import.meta.url), {
      workerData: setup,
      resourceLimits: { maxOldGenerationSizeMb: heapMiB },
    });
  }
}
