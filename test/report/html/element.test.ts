import fc from 'fast-check';
import { expect, test } from 'vitest';
import { element, toHtml } from '../../../src/report/html/element.js';
import { dataScripts, embedJson } from '../../../src/report/html/embed-json.js';

test('text and attributes are escaped, and what is not there is left out', () => {
  const markup = element('a', { href: '"><script>', hidden: true, title: undefined, n: 0, x: false }, '<b>&', [
    element('br', {}),
    undefined,
  ]);
  expect(toHtml(markup)).toBe('<a href="&quot;&gt;&lt;script&gt;" hidden n="0">&lt;b&gt;&amp;<br></a>');
});

test('no text can end its element or its attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const html = toHtml(element('p', { title: text }, text));
      expect(html.replace(/[^<>]/g, '')).toBe('<><>');
      expect(html.replace(/[^"]/g, '')).toBe('""');
    }),
  );
});

test('embedded JSON says the same and holds no markup and no line separator', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const json = embedJson([value, text, '</script><!--\u2028\u2029']);
      expect(json).not.toMatch(/[<>\u2028\u2029]/);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify([value, text, '</script><!--\u2028\u2029'])));
    }),
  );
});

test('the data lies in pieces, each once', () => {
  const rows = Array.from({ length: 1201 }, (_, n) => [0, 0, 0, n, 0, '</script>'] as const);
  const scripts = dataScripts({ codes: [], places: [['pair', "$&$'"]], effects: [], rows });
  const parts = [...scripts.matchAll(/<script type="application\/json" data-part="(\w+)">(.*)<\/script>/g)];
  expect(parts.map(([, part]) => part)).toEqual(['head', 'places', 'rows', 'rows', 'rows']);
  expect(parts.slice(2).flatMap(([, , json]) => JSON.parse(json!) as unknown[])).toEqual(rows);
  expect(JSON.parse(parts[1]![2]!)).toEqual([['pair', "$&$'"]]);
});
