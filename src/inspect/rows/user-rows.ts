import { resolve } from 'node:path';
import { parseQuotaRecord, type QuotaRecord } from '../../formats/quota/quota-record.js';
import { parseSeenRow } from '../../formats/seen/seen-row.js';
import { SubscriptionRows } from '../../formats/subscriptions/subscription-rows.js';
import { parseConversationsRow } from '../../formats/conversations/conversations-row.js';
import { bytesToText, fieldsOf } from '../inspection.js';
import { CONVERSATION_ROW_WRITERS, versionOf } from '../written-by.js';
import { decodedRow, type RowKind } from './row-kind.js';

export const seenRows: RowKind = {
  format: 'seen',
  name: /\.seen(\.NEW)?$|^seen\.db/,
  isRow: ({ key, value }) =>
    /^[0-9A-Za-z-]{8,}$/.test(key.toString('latin1')) && /^1 \d+ \d+ \d+/.test(value.toString('latin1')),
  decoder: (file) => (row) => {
    const { value, faults } = parseSeenRow(row.value, file);
    // `seen` says the same as the sequence.
    const { seen: _, ...fields } = value ?? { seen: [] };
    return decodedRow(
      row,
      { type: 'seen', uniqueid: bytesToText(row.key) },
      value === undefined ? { faults } : { value: fields, faults },
    );
  },
};

export const subscriptionRows: RowKind = {
  format: 'sub',
  name: /\.sub(\.NEW|\.UPGRADE)?$|^sub\.db/,
  isRow: ({ key, value }) => /^\x1fVER\x1f$|^N|^([^!]*!)?user\./.test(key.toString('latin1')) && value.length < 2,
  about: (rows) => {
    for (const { key, value } of rows) {
      const row = new SubscriptionRows(undefined, '').parse(key, value).value;
      return versionOf('sub', row?.kind === 'version' ? String(row.version) : '0');
    }
    return {};
  },
  decoder: (file) => {
    const rows = new SubscriptionRows(useridOf(file), file);
    return (row) => {
      const { value, faults } = rows.parse(row.key, row.value);
      if (value === undefined) return decodedRow(row, { type: 'subscription' }, { faults });
      const { kind, ...fields } = value;
      return decodedRow(row, { type: kind === 'version' ? 'version' : 'subscription' }, { value: fields, faults });
    };
  },
};

/** The user of `[domain/HASH/DOMAIN/]user/HASH/USER.sub`; the path of `sub.db` has a uniqueid only. */
function useridOf(file: string): string | undefined {
  const match = /(?:\/domain\/[^/]+\/([^/]+)\/user\/[^/]+)?\/([^/]+)\.sub(?:\.NEW|\.UPGRADE)?$/.exec(resolve(file));
  if (match === null) return undefined;
  const [, domain, localpart] = match as unknown as [string, string | undefined, string];
  const user = localpart.replaceAll('^', '.');
  return domain === undefined ? user : `${user}@${domain}`;
}

export const quotaRows: RowKind = {
  format: 'quota',
  name: /^quotas\.db/,
  isRow: ({ value }) => /^%\((S|M|AS|NF) \(/.test(value.toString('latin1', 0, 16)),
  decoder: (file) => (row) => {
    const { value, faults } = parseQuotaRecord(row.value, file);
    const start = { type: 'quota', quotaroot: bytesToText(row.key) } as const;
    return decodedRow(row, start, value === undefined ? { faults } : { value, faults }, quotaVersion(value));
  },
};

/** The form of a quota record, and who writes it. */
export function quotaVersion(record: QuotaRecord | undefined): Readonly<Record<string, string>> {
  if (record === undefined) return {};
  const form = record.form === 'dlist' && record.modseq !== undefined ? 'dlist with modseq' : record.form;
  return { ...versionOf('quota', form) };
}

export const conversationRows: RowKind = {
  format: 'conversations',
  name: /\.conversations(\.NEW)?$|^conversations\.db/,
  isRow: ({ key, value }) =>
    /^(\$(COUNTED_FLAGS|FOLDER_NAMES|FOLDER_IDS)$|G[0-9a-f]{40}|B[0-9a-f]{16}$)/.test(key.toString('latin1')) ||
    (key[0] === 0x3c && /^0 [0-9a-f]{16}/.test(value.toString('latin1'))),
  about: (rows) => {
    let form: string | undefined;
    for (const { key, value } of rows) {
      const name = key.toString('latin1');
      if (name === '$VERSION') return versionOf('conversations', bytesToText(value));
      if (name === '$FOLDER_NAMES') form = 'by name';
      if (name === '$FOLDER_IDS') form = 'by uniqueid';
      // All keys that begin with a dollar sort before the others.
      if (key[0] !== 0x24) break;
    }
    return form === undefined ? {} : versionOf('conversations', form);
  },
  decoder: (file) => (row) => {
    const { value, faults } = parseConversationsRow(row.key, row.value, file);
    if (value === undefined) return decodedRow(row, { type: 'row' }, { faults });
    if (value.kind === 'conversation' || value.kind === 'guid') {
      const { kind, version, ...fields } = value;
      const writtenBy = CONVERSATION_ROW_WRITERS[kind].get(version);
      const own = { formatVersion: String(version), ...(writtenBy === undefined ? {} : { writtenBy }) };
      return decodedRow(row, { type: CONVERSATION_TYPES[kind] }, { value: fieldsOf(fields), faults }, own);
    }
    const { kind, ...fields } = value;
    return decodedRow(row, { type: CONVERSATION_TYPES[kind] }, { value: fieldsOf(fields), faults });
  },
};

const CONVERSATION_TYPES = {
  'counted-flags': 'counted-flags',
  folders: 'conversation-folders',
  version: 'version',
  'compact-emailids': 'compact-emailids',
  msgid: 'msgid',
  conversation: 'conversation',
  folder: 'conversation-folder',
  guid: 'message-guid',
  jmapid: 'message-jmapid',
  quota: 'conversation-quota',
} as const;
