import { InvalidArgumentError } from 'commander';

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
