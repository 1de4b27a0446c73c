import type { Manifest, ManifestMessage } from '../../generated/manifest.js';
import { safeJson } from '../ordered-json.js';

/** What stands before the messages. */
export type ManifestHead = Pick<Manifest, 'schemaVersion' | 'kind' | 'tool' | 'startedAt' | 'sides' | 'selection'>;
/** What stands behind them. */
export type ManifestTail = Pick<Manifest, 'renamed' | 'unaudited' | 'counts' | 'complete' | 'finishedAt'>;

/** A manifest in pieces, one message a line, so that it need never be in memory as a whole. */
export const manifestHead = (head: ManifestHead): string => `${safeJson(head).slice(0, -1)},"messages":[`;

export const manifestMessage = (message: ManifestMessage, isFirst: boolean): string =>
  `${isFirst ? '' : ','}\n${safeJson(message)}`;

export const manifestTail = (tail: ManifestTail): string => `\n],${safeJson(tail).slice(1)}\n`;
