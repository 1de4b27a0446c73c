import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const quotaUsageWrong = defineUserMetadataFinding({
  code: 'quota-usage-wrong',
  class: 'safe',
  since: '0.1.0',
  title: 'Quota usage does not match the mailboxes',
  why: 'The storage that the quota record counts is not what the mailboxes of the root add up to. Too high a usage refuses mail that would fit.',
  replication: 'Replication neither sends nor corrects usage.',
  remedy: 'Run quota -f ROOT on that side.',
  example: { root: 'user.fred', stored: '2040', summed: '1020' },
  check: (subject) =>
    subject.kind === 'quota-usage' && subject.stored !== subject.summed
      ? {
          side: subject.side,
          facts: { root: subject.root, stored: String(subject.stored), summed: String(subject.summed) },
          effects: ['none'],
        }
      : undefined,
  message: (f) => `${f.root}: ${f.stored} bytes counted, the mailboxes hold ${f.summed}`,
});
