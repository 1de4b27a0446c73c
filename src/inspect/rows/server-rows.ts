import { parseStatuscacheRow } from '../../formats/statuscache/statuscache-row.js';
import { parseSyncCacheRow } from '../../formats/sync-cache/sync-cache-row.js';
import { fieldsOf } from '../inspection.js';
import { versionOf } from '../written-by.js';
import { decodedRow, plainRow, type RowKind } from './row-kind.js';

export const statuscacheRows: RowKind = {
  format: 'statuscache',
  name: /^statuscache\.db/,
  isRow: ({ key, value }) =>
    /%|\0/.test(key.toString('latin1')) && parseStatuscacheRow(key, value, '').value !== undefined,
  about: (rows) => {
    for (const { key, value } of rows) {
      const row = parseStatuscacheRow(key, value, '').value;
      if (row !== undefined) return versionOf('statuscache', String(row.version));
    }
    return {};
  },
  decoder:
    (file, { formatVersion }) =>
    (row) => {
      const { value, faults } = parseStatuscacheRow(row.key, row.value, file);
      if (value === undefined) return decodedRow(row, { type: 'status' }, { faults });
      const { version, values, ...rest } = value;
      const own = String(version) === formatVersion ? {} : versionOf('statuscache', String(version));
      return decodedRow(row, { type: 'status' }, { value: { ...rest, ...values }, faults }, own);
    },
};

export const syncCacheRows: RowKind = {
  format: 'sync-cache',
  isRow: ({ value }) => /^%\(.*\bUNIQUEID .*\bMBOXNAME /s.test(value.toString('latin1', 0, 4096)),
  about: () => ({ writtenBy: '3.4 or later' }),
  decoder: (file) => (row) => {
    const { value, faults } = parseSyncCacheRow(row.key, row.value, file);
    if (value === undefined) return decodedRow(row, { type: 'cached-mailbox' }, { faults });
    const { values, annotations, unknown, ...rest } = value;
    const lists = {
      ...(annotations.length === 0 ? {} : { annotations }),
      ...(unknown.length === 0 ? {} : { unknown }),
    };
    return decodedRow(row, { type: 'cached-mailbox' }, { value: fieldsOf({ ...rest, ...values, ...lists }), faults });
  },
};

/** Caches whose rows nothing here needs to understand, and databases of any other name. */
export const deliverRows: RowKind = { format: 'deliver.db', name: /^deliver\.db/, decoder: plainDecoder };
export const tlsSessionRows: RowKind = {
  format: 'tls_sessions.db',
  name: /^tls_sessions\.db/,
  decoder: plainDecoder,
};
export const ptscacheRows: RowKind = { format: 'ptscache.db', name: /^ptscache\.db/, decoder: plainDecoder };
export const otherRows: RowKind = { format: 'database', decoder: plainDecoder };

function plainDecoder(): ReturnType<RowKind['decoder']> {
  return (row) => [plainRow(row)];
}
