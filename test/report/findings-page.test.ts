import { expect, test } from 'vitest';
import { catalogue } from '../../src/findings/catalogue.js';
import { findingsPage } from '../../src/report/explain/findings-page.js';

test('the page has one section for every finding', () => {
  const sections = [...findingsPage(catalogue).matchAll(/^### (.+)$/gm)].map(([, code]) => code);
  expect(sections.sort()).toEqual([...catalogue.keys()]);
});
