import { expect, test } from 'vitest';
import type { SideEngine } from '../../src/audit/engine-of-side.js';
import { hierarchySeparator } from '../../src/audit/hierarchy-separator.js';
import { parseImapdConf } from '../../src/formats/imapd-conf/imapd-conf.js';

test.each<[string, SideEngine | undefined, '.' | '/' | undefined]>([
  ['unixhierarchysep: yes', { version: '2.5', from: 'given' }, '/'],
  ['unixhierarchysep: 0', { version: '3.6', from: 'given' }, '.'],
  ['unixhierarchysep: no', undefined, '.'],
  ['', { version: '3.6', from: 'spool' }, '/'],
  ['', { version: '3.0', from: 'given' }, '/'],
  ['', { version: '2.5', from: 'given' }, '.'],
  // The server may have been upgraded since it wrote that.
  ['', { version: '2.5', from: 'spool' }, undefined],
  ['', undefined, undefined],
  ['unixhierarchysep: perhaps', { version: '2.5', from: 'given' }, '.'],
])('%j, %j: %s', (text, engine, separator) => {
  const conf = parseImapdConf(`${text}\n`, 'imapd.conf', () => '');
  expect(hierarchySeparator(conf, engine)).toBe(separator);
});
