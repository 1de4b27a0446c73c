import { InvalidArgumentError } from 'commander';
import { ENGINE_VERSIONS, engineOfRelease, type EngineVersion } from '../replication/engine.js';

/** For options that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Reads a whole number. @param of what is counted, for the message */
export const parseCount =
  (of: string, least: number, most: number) =>
  (value: string): number => {
    const count = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
    if (!(count >= least && count <= most))
      throw new InvalidArgumentError(`Expected a number of ${of} from ${String(least)} to ${String(most)}.`);
    return count;
  };

const SECONDS_IN = { s: 1, m: 60, h: 3600 } as const;
/** Longer than a timer can run. Unit: s. */
const MAX_DURATION = 2_000_000;

/** Seconds. */
export function parseDuration(value: string): number {
  const [, number, unit = 's'] = /^(\d{1,7})([smh])?$/.exec(value) ?? [];
  const seconds = Number(number) * SECONDS_IN[unit as keyof typeof SECONDS_IN];
  if (!(seconds > 0 && seconds <= MAX_DURATION))
    throw new InvalidArgumentError('Expected a time such as 90s, 30m or 2h.');
  return seconds;
}

export function parseDelay(value: string): number {
  if (!/^\d{1,5}(\.\d{1,3})?$/.test(value)) throw new InvalidArgumentError('Expected a number of seconds, 0 or more.');
  return Number(value);
}

/** A release of Cyrus, as the engine that it stands for. */
export function parseEngine(value: string): EngineVersion {
  const version = engineOfRelease(value);
  if (version === undefined)
    throw new InvalidArgumentError(
      `Expected a release of Cyrus such as 3.6.1; known are ${ENGINE_VERSIONS.join(', ')}.`,
    );
  return version;
}

const DAY_MS = 86_400_000;

/** A day, a time, or so many days ago. Without a zone a time is UTC. */
export function parseSince(value: string): Date {
  const [, days] = /^(\d{1,5})d$/.exec(value) ?? [];
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(value);
  const zone = value.includes('T') && !/(Z|[+-]\d\d:\d\d)$/.test(value) ? 'Z' : '';
  const since =
    days === undefined ? new Date(isTime ? value + zone : NaN) : new Date(Date.now() - Number(days) * DAY_MS);
  if (Number.isNaN(since.getTime()) || since.getTime() < 0 || since.getTime() > Date.now())
    throw new InvalidArgumentError('Expected a time in the past such as 2026-11-20, 2026-11-20T04:00Z or 7d.');
  return since;
}
