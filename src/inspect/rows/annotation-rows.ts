import {
  parseAnnotationValue,
  parseGlobalAnnotationKey,
  parseMessageAnnotationKey,
} from '../../formats/annotations/annotation-row.js';
import type { CyrusDbRow } from '../../formats/cyrusdb/cyrusdb.js';
import type { Decoded } from '../../model/fault.js';
import { bytesToText, fieldsOf, type Item } from '../inspection.js';
import { versionOf } from '../written-by.js';
import { decodedRow, rowFaults, type RowKind } from './row-kind.js';

/** Spellings of uniqueids: 3.x, up to 2.4, and with libuuid. Source: mboxlist.md section 8. */
const UNIQUEID = /^([0-9a-z]{24}|[0-9a-f]{16}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export const annotationRows: RowKind = {
  format: 'annotations.db',
  name: /^annotations\.db/,
  isRow: ({ key }) => /^[^\0]*\0\/[^\0]*\0[^\0]*\0?$/.test(key.toString('latin1')),
  about: (rows) => {
    for (const { key } of rows) {
      const mailbox = parseGlobalAnnotationKey(key, '').value?.mailbox ?? '';
      // Annotations of the server are alike in all releases.
      if (mailbox !== '') return versionOf('annotations.db', UNIQUEID.test(mailbox) ? 'by uniqueid' : 'by name');
    }
    return {};
  },
  decoder: (file) => (row) => {
    const { value, faults } = parseGlobalAnnotationKey(row.key, file);
    if (value === undefined) return annotation(row, undefined, faults, file);
    const { mailbox, ...rest } = value;
    const owner = mailbox === '' ? {} : UNIQUEID.test(mailbox) ? { uniqueid: mailbox } : { mboxname: mailbox };
    return annotation(row, { ...owner, ...rest }, faults, file);
  },
};

export const messageAnnotationRows: RowKind = {
  format: 'cyrus.annotations',
  name: /^cyrus\.annotations/,
  isRow: ({ key }) => /^[1-9]\d*\0\//.test(key.toString('latin1')),
  about: () => ({ writtenBy: '2.5 or later' }),
  decoder: (file) => (row) => {
    const { value, faults } = parseMessageAnnotationKey(row.key, file);
    return annotation(row, value, faults, file);
  },
};

function* annotation(
  row: CyrusDbRow,
  key: object | undefined,
  faults: Decoded<object>['faults'],
  file: string,
): Generator<Item> {
  const named = key === undefined ? { key: bytesToText(row.key) } : fieldsOf(key);
  yield* decodedRow(row, { type: 'annotation', ...named }, parseAnnotationValue(row.value, file));
  yield* rowFaults(row, faults);
}
