import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const subscriptionPending = defineUserMetadataFinding({
  code: 'subscription-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Subscription only on the master',
  why: 'The user subscribed on the master, or unsubscribed on the replica.',
  replication: 'The subscription is added on the replica. An unsubscribe that was made there is undone.',
  remedy: 'Nothing. Let replication run.',
  example: { mboxname: 'user.fred.Work' },
  check: (subject) =>
    subject.kind === 'subscription' && subject.only === 'master'
      ? { facts: { mboxname: subject.mboxname }, effects: ['copy-to-replica'] }
      : undefined,
  message: (f) => `subscription to ${f.mboxname} will be added on the replica`,
});
