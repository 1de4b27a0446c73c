import { expect, test } from 'vitest';
import { SERVER_FINDINGS } from '../../../src/findings/catalogue.js';
import type { ServerAnnotationsSubject } from '../../../src/findings/server/server-annotations-subject.js';

const said = (subject: ServerAnnotationsSubject): string[] =>
  SERVER_FINDINGS.flatMap((finding) => finding.find(subject)).map(
    ({ class: of, code, facts, effects }) =>
      `${of} ${code.slice('server-annotations-'.length)} ${String(facts['annotations'])} ${String(facts['entries'])} ${String(effects)}`,
  );

const A = '/shared/admin';
const C = '/shared/comment';

test.each<[string, ServerAnnotationsSubject, string[]]>([
  ['the same', { differing: [], ofReplica: [], logged: false }, []],
  ['the same, with a line', { differing: [], ofReplica: [], logged: true }, []],
  ['without a line', { differing: [A, C], ofReplica: [], logged: false }, [`safe not-carried 2 ${A},${C} none`]],
  [
    "the replica's own, without a line",
    { differing: [A, C], ofReplica: [C], logged: false },
    [`admin lost-on-replica 1 ${C} unseen`, `safe not-carried 1 ${A} none`],
  ],
  ['with a line', { differing: [A, C], ofReplica: [], logged: true }, [`safe pending 2 ${A},${C} update-replica`]],
  [
    "the replica's own, with a line",
    { differing: [C], ofReplica: [C], logged: true },
    [`admin lost-on-replica 1 ${C} overwrite-on-replica`],
  ],
  [
    'one of each, with a line',
    { differing: [A, C], ofReplica: [C], logged: true },
    [`admin lost-on-replica 1 ${C} overwrite-on-replica`, `safe pending 1 ${A} update-replica`],
  ],
])('%s', (_, subject, expected) => {
  expect(said(subject)).toEqual(expected);
});

test('of many only some are named', () => {
  const differing = Array.from({ length: 1000 }, (_, n) => `/private/comment (u${String(n).padStart(4, '0')})`);
  for (const kind of SERVER_FINDINGS) {
    const [finding] = kind.find({ differing, ofReplica: [], logged: false });
    if (finding === undefined) continue;
    expect(finding.facts['annotations']).toBe(1000);
    expect(finding.facts['entries']).toEqual(differing.slice(0, 20));
  }
});
