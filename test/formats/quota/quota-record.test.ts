import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseQuotaRecord } from '../../../src/formats/quota/quota-record.js';

const parse = (text: string) => parseQuotaRecord(Buffer.from(text, 'latin1'), 'q');

test.each([
  [
    '%(S (5774 100000) M (27 1000) AS (114 500) NF (6 50) MODSEQ 83)\n',
    {
      form: 'dlist',
      resources: {
        S: { used: 5774, limit: 100000 },
        M: { used: 27, limit: 1000 },
        AS: { used: 114, limit: 500 },
        NF: { used: 6, limit: 50 },
      },
      modseq: 83,
      scanning: false,
    },
  ],
  [
    '%(S (5774 100000) M (27) AS (0) NF (6))\n',
    {
      form: 'dlist',
      resources: { S: { used: 5774, limit: 100000 }, M: { used: 27 }, AS: { used: 0 }, NF: { used: 6 } },
      scanning: false,
    },
  ],
  [
    '%(S (-5 0) SCAN %(MBOX user.a S 0 M 0))',
    {
      form: 'dlist',
      resources: { S: { used: -5, limit: 0 } },
      scanning: true,
      scan: { mboxname: 'user.a', used: { S: 0, M: 0 } },
    },
  ],
  // The two-line file of 2.4 is the record with its first space written as LF.
  ['5774\n100000\n', { form: 'text', resources: { S: { used: 5774, limit: 100000 } }, scanning: false }],
  ['5774 -1', { form: 'text', resources: { S: { used: 5774 } }, scanning: false }],
  [
    '1 2 M 3 -1 AS 4 5 nf 6 7',
    {
      form: 'text',
      resources: { S: { used: 1, limit: 2 }, M: { used: 3 }, AS: { used: 4, limit: 5 }, NF: { used: 6, limit: 7 } },
      scanning: false,
    },
  ],
  ['1 2 9 M 3 4', { form: 'text', resources: { S: { used: 1, limit: 2 }, M: { used: 3, limit: 4 } }, scanning: true }],
])('%j', (text, value) => {
  expect(parse(text)).toEqual({ value, faults: [] });
});

test.each(['', '\n', '5774', 'x y', '1 2 M 3', '1 2 Q 3 4', '%(S (1', '%{'])('%j has no value', (text) => {
  expect(parse(text).value).toBeUndefined();
  expect(parse(text).faults).toMatchObject([{ code: 'quota-syntax', file: 'q' }]);
});

test('a damaged resource leaves the others', () => {
  const { value, faults } = parse('%(S (x 1) M (1) MODSEQ y)');
  expect(value).toEqual({ form: 'dlist', resources: { M: { used: 1 } }, scanning: false });
  expect(faults.map(({ expected }) => expected)).toEqual(['numbers in S', 'a number in MODSEQ']);
});

test.each(['%(S (1) SCAN %())', '%(S (1) SCAN %(MBOX user.a S x))', '%(S (1) SCAN user.a)'])('%j', (text) => {
  expect(parse(text)).toEqual({
    value: { form: 'dlist', resources: { S: { used: 1 } }, scanning: true },
    faults: [{ code: 'quota-syntax', file: 'q', expected: 'a mailbox and numbers in SCAN' }],
  });
});

test('takes any bytes', () => {
  const text = fc.string({ unit: fc.constantFrom('1', ' ', 'M', '-', '%', '(', ')', 'S'), maxLength: 40 });
  fc.assert(fc.property(text, (t) => void parse(t)));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (b) => void parseQuotaRecord(Buffer.from(b), 'q')));
});
