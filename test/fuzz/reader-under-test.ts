import type { FormatFault } from '../../src/model/fault.js';

/** What reading some bytes came to. */
export interface Outcome {
  /** Undefined when nothing could be decoded: then a fault must say why. */
  readonly value?: unknown;
  readonly faults: readonly FormatFault[];
}

/** A reader, and the real bytes from which hostile ones are made. */
export interface ReaderUnderTest {
  readonly name: string;
  readonly seeds: () => readonly Buffer[];
  /** Reads everything there is. What it throws is what this is about. */
  readonly read: (bytes: Buffer) => Outcome | Promise<Outcome>;
  /** The inputs are the seeds as they are: so many. */
  readonly asIs?: number;
  /** Corrects the checksums, where there are any. */
  readonly reseal?: (bytes: Buffer) => void;
  readonly tokens?: readonly string[];
  /** Share of the asked iterations, for what takes long; 1 when not given. */
  readonly share?: number;
  /** How long one input may take on a busy machine; 5 s when not given. Unit: ms. */
  readonly limitMs?: number;
  /** Called when the thread has no more to read. */
  readonly close?: () => void;
}
