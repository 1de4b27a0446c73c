import { CONVERSATION_WRITERS } from '../formats/conversations/conversation-row.js';
import { GUID_ROW_WRITERS } from '../formats/conversations/guid-row.js';
import { COUNTERS_VERSIONS } from '../formats/counters/versions.js';
import { INDEX_VERSIONS } from '../formats/index/versions/all.js';
import { SIEVE_BYTECODE_WRITERS } from '../formats/sieve/bytecode.js';
import { STATUSCACHE_WRITERS } from '../formats/statuscache/statuscache-row.js';
import { SUBSCRIPTION_WRITERS } from '../formats/subscriptions/subscription-rows.js';
import type { InspectFormat } from '../generated/inspect.js';
import type { About } from './inspection.js';

/**
 * The releases of Cyrus that write each version of each format. Versions that a file numbers are in the tables of
 * their formats; the rest is told by form. What every release writes alike is not here: it tells nothing.
 * Sources: with the tables; mailbox-files.md, mboxlist.md.
 */
const WRITERS: Readonly<Partial<Record<InspectFormat, ReadonlyMap<string, string>>>> = {
  'cyrus.index': indexWriters(),
  'cyrus.expunge': indexWriters(),
  // Of a record: the index says it. Source: mailbox-files.md section 3.
  'cyrus.cache': new Map([
    ['2', '2.3'],
    ['3', '2.4 to 2.5'],
    ['6', '3.0'],
    ['10', '3.2 to 3.4'],
    ['11', '3.6 to 3.10'],
    ['13', '3.12'],
    ['14', '3.13'],
  ]),
  'cyrus.header': new Map([
    ['text', '2.0 to 3.4'],
    ['dlist', '3.6 or later'],
  ]),
  'mailboxes.db': new Map([
    ['1', '2.2 to 2.4'],
    ['2', '2.5 to 3.4'],
    ['3', '3.6 or later'],
  ]),
  'annotations.db': new Map([
    ['by name', 'up to 3.4'],
    ['by uniqueid', '3.6 or later'],
  ]),
  sub: numbered(SUBSCRIPTION_WRITERS),
  quota: new Map([
    ['text', 'up to 2.4'],
    ['dlist', '2.5'],
    ['dlist with modseq', '3.0 or later'],
  ]),
  conversations: new Map([
    ['by name', '3.0 to 3.4'],
    ['by uniqueid', '3.6 to 3.12'],
    ['2', '3.13'],
  ]),
  counters: new Map(
    COUNTERS_VERSIONS.map(({ version, writtenBy }) => [String(version), writtenBy ?? 'development versions']),
  ),
  statuscache: numbered(STATUSCACHE_WRITERS),
  'sieve-bytecode': numbered(SIEVE_BYTECODE_WRITERS),
};

/** Rows of conversations have versions of their own. */
export const CONVERSATION_ROW_WRITERS = { conversation: CONVERSATION_WRITERS, guid: GUID_ROW_WRITERS };

/** The version and who writes it, to be spread into what is said of a file or a row. */
export function versionOf(format: InspectFormat, version: string): Pick<About, 'formatVersion' | 'writtenBy'> {
  const writtenBy = WRITERS[format]?.get(version);
  return { formatVersion: version, ...(writtenBy === undefined ? {} : { writtenBy }) };
}

function numbered(writers: ReadonlyMap<number, string>): ReadonlyMap<string, string> {
  return new Map([...writers].map(([version, releases]) => [String(version), releases]));
}

function indexWriters(): ReadonlyMap<string, string> {
  return new Map([...INDEX_VERSIONS].map(([minor, { writtenBy }]) => [String(minor), writtenBy]));
}
