import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const subscriptionRemovalPending = defineUserMetadataFinding({
  code: 'subscription-removal-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Unsubscribed on the master, not yet on the replica',
  why: 'The pending log says that this subscription was changed on the master, and it is not there now.',
  replication: 'The subscription is removed on the replica.',
  remedy: 'Nothing. Let replication run.',
  example: { mboxname: 'user.fred.Work' },
  check: (subject) =>
    subject.kind === 'subscription' && subject.only === 'replica' && subject.logged
      ? { facts: { mboxname: subject.mboxname }, effects: ['delete-on-replica'] }
      : undefined,
  message: (f) => `subscription to ${f.mboxname} will be removed on the replica`,
});
