import type { Report } from '../../src/generated/report.js';
import type { Catalogue, FindingTexts } from '../../src/report/report-format.js';

function texts(
  code: string,
  findingClass: FindingTexts['class'],
  title: string,
  example: FindingTexts['example'],
  message: FindingTexts['message'],
): [string, FindingTexts] {
  const rest = {
    since: '0.1.0',
    why: `Why ${code}.`,
    replication: `Replication of ${code}.`,
    remedy: `Remedy of ${code}.`,
  };
  return [code, { code, class: findingClass, title, example, message, ...rest }];
}

/** Three findings, one of each class: reports are tested apart from the texts of the real catalogue. */
export const smallCatalogue: Catalogue = new Map([
  texts('list-gone', 'halt', 'The list is gone', { path: '/x' }, (f) => `${String(f['path'])} is not there`),
  texts('uid-clash', 'admin', 'Two messages under one UID', { guid: 'ab' }, (f) => `master holds ${String(f['guid'])}`),
  texts('lagging', 'safe', 'Not copied yet', { modseq: '5' }, (f) => `modseq ${String(f['modseq'])} is missing`),
]);

const side = (role: Report['sides'][number]['role'], source: string): Report['sides'][number] => ({
  role,
  source,
  config: `/srv/${source}/imapd.conf`,
  hierarchySeparator: '.',
  mailboxes: 1234,
  tombstones: 2,
  deletedMailboxes: 1,
  partitions: [{ name: 'default', mailboxes: 1234 }],
  records: 56789,
  files: 56780,
  indexVersions: { '17': 1200, '13': 34 },
  engine: '3.6',
  listFormat: 'twoskip',
});

/** A clean pair; tests spread over it what they are about. */
export const cleanReport: Report = {
  schemaVersion: 1,
  tool: { name: 'cyraudit', version: '0.1.0' },
  command: 'compare',
  level: 'files',
  startedAt: '2025-01-02T03:04:05.678Z',
  finishedAt: '2025-01-02T03:04:17.978Z',
  durations: { totalMs: 12300 },
  verdict: 'clean',
  complete: true,
  sides: [side('master', 'm'), side('replica', 'r')],
  counts: {
    mailboxes: { clean: 1234, safe: 0, admin: 0, halt: 0 },
    users: { clean: 40, safe: 0, admin: 0, halt: 0 },
    findings: {},
    records: { master: 56789, replica: 56789 },
    files: { master: 56780, replica: 56780 },
    bytesRead: '123456789',
  },
  findingCap: 100,
  findings: [],
  mailboxes: [],
  users: [],
  unaudited: [],
};

/** Three mailboxes and one user need a person; two mailboxes lag. */
export const adminReport: Report = {
  ...cleanReport,
  verdict: 'admin',
  counts: {
    ...cleanReport.counts,
    mailboxes: { clean: 1229, safe: 2, admin: 3, halt: 0 },
    users: { clean: 39, safe: 0, admin: 1, halt: 0 },
    findings: { 'uid-clash': 9, lagging: 2, 'from-the-future': 1 },
  },
  mailboxes: [
    ...['user.ada', 'user.bob.Entw&APw-rfe', 'user.eve.\u001b[31m'].map((mboxname, n) => ({
      mboxname,
      uniqueid: n === 2 ? null : `id-${n}`,
      userid: 'ada',
      class: 'admin' as const,
      effects: ['renumber', 'copy-back-to-master'] as const,
      findings: [4, 5].map((uid) => ({
        code: 'uid-clash',
        class: 'admin' as const,
        uid,
        facts: { guid: '5f0c' },
        effects: ['renumber', 'copy-back-to-master'] as const,
      })),
      ...(n === 0 ? { notListed: { 'uid-clash': 3 } } : {}),
    })),
    ...['user.joe', 'user.kim'].map((mboxname) => ({
      mboxname,
      uniqueid: mboxname,
      class: 'safe' as const,
      findings: [
        {
          code: 'lagging',
          class: 'safe' as const,
          uid: 7,
          facts: { modseq: '12' },
          effects: ['copy-to-replica'] as const,
        },
      ],
    })),
  ],
  users: [
    {
      userid: 'bob',
      class: 'admin',
      findings: [{ code: 'from-the-future', class: 'admin', side: 'replica', facts: { b: [1, 2], a: null } }],
    },
  ],
};
