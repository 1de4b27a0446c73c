import { describe, expect, test } from 'vitest';
import { catalogue } from '../../src/findings/catalogue.js';
import { displayWidth, padColumns } from '../../src/report/display-width.js';
import { explainAll } from '../../src/report/explain/explain.js';
import { encodeMutf7 } from '../../src/report/mutf7.js';
import { printableMboxname } from '../../src/report/printable.js';
import { wrap } from '../../src/report/wrap.js';

test.each([
  ['plain', 5],
  ['', 0],
  ['Entwürfe', 8],
  // Decomposed: the mark is drawn over its letter.
  ['Entwu\u0308rfe', 8],
  ['日本語', 6],
  ['한국어', 6],
  ['ﾊﾝｶｸ', 4],
  ['Ｆｕｌｌ', 8],
  ['😀', 2],
  ['a😀b', 4],
  ['α±§', 3],
  ['עברית', 5],
])('%s takes %d columns', (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
  expect(displayWidth(padColumns(text, 10))).toBe(10);
  expect(padColumns(text, 0)).toBe(text);
});

describe.each([40, 80, 200])('%d columns', (width) => {
  test('running text of wide characters stays within them', () => {
    const words = ['受信箱', '下書き', 'Entwürfe', '😀😀', 'plain', 'e\u0301te\u0301'];
    const lines = wrap(Array.from({ length: 200 }, (_, n) => words[n % words.length]!).join(' '), width, '    ');
    expect(lines.join(' ').split(/ +/).filter(Boolean)).toHaveLength(200);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    // And uses them: no line could have taken the first word of the next one.
    for (const [n, line] of lines.slice(0, -1).entries())
      expect(displayWidth(line) + 1 + displayWidth(lines[n + 1]!.trim().split(' ')[0]!)).toBeGreaterThan(width);
  });

  test('the list of findings does too', () => {
    const lines = explainAll({ catalogue, color: false, width }).split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    for (const code of catalogue.keys())
      expect(lines.filter((line) => line.trim().split(' ')[0] === code)).toHaveLength(1);
  });
});

test.each([
  ['受信箱', '受信箱'],
  ['😀 smile', '😀 smile'],
  ['a & b', 'a & b'],
  // What turns the reading direction or moves the cursor is shown for what it is, also when it was hidden in UTF-7.
  ['\u202etxt.exe', '\\u202etxt.exe'],
  ['\u001b[31mred', '\\x1b[31mred'],
  ['\u0085\u2028', '\\x85\\u2028'],
  ['\u200bzero\ufeff', '\\u200bzero\\ufeff'],
  ['\ud83d', '\\ud83d'],
])('a mailbox called %j in modified UTF-7 is shown as %j', (name, shown) => {
  const encoded = encodeMutf7(name);
  if (name.startsWith('a &')) expect(encoded).toBe('a &- b');
  else expect(encoded).toMatch(/^[\x20-\x7e]*&[A-Za-z0-9+,]+-[\x20-\x7e]*$/);
  expect(printableMboxname(`user.ada.${encoded}`)).toBe(`user.ada.${shown}`);
});
