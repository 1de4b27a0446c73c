import { printable } from '../printable.js';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: Labels;
  /** A decimal string where it may be beyond 2^53. */
  readonly value: number | string;
}

export interface Metric {
  readonly name: string;
  /** One line. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Gauges in the text format of Prometheus, each sample with `common` labels besides its own; without timestamps, which the textfile collector refuses. */
export function exposition(metrics: readonly Metric[], common: Labels): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, samples }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...samples.map(({ labels = {}, value }) => `${name}${labelText({ ...labels, ...common })} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

/** `printable` leaves no line end in a value, so that only the quote and the backslash need an escape. */
function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${printable(value).replace(/[\\"]/g, '\\$&')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
