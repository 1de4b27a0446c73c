import type { GateStep } from '../generated/gate.js';
import type { Report, ReportSide } from '../generated/report.js';
import { shellWord } from '../report/command-line.js';
import { onMachine } from '../report/cyrus-config.js';
import { printable } from '../report/printable.js';

/** What a side's configuration says of replication; plain data. */
export interface SideConf {
  readonly syncLog: boolean;
  /** null = the default channel. */
  readonly channels: readonly (string | null)[];
  /** Channels that have a host to replicate to. */
  readonly withHost: readonly (string | null)[];
}

/** A word of a command; what no shell could take is made visible. */
export const word = (text: string): string => shellWord(printable(text));

export const sideOf = ({ sides }: Pick<Report, 'sides'>, role: 'master' | 'replica'): ReportSide =>
  sides.find((side) => side.role === role)!;

/** A program of Cyrus with the imapd.conf of a side, for its machine. */
export function cyrusCommand(program: string, side: ReportSide, words: readonly string[]): string {
  return [program, '-C', word(onMachine(side.config, side)), ...words].join(' ');
}

export const channelWords = (channel: string | null): string[] => (channel === null ? [] : ['-n', word(channel)]);

export const step = (on: GateStep['on'], text: string, command?: string): GateStep => ({
  on,
  text,
  ...(command === undefined ? {} : { command }),
});
