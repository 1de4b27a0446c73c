import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const subscriptionRemovedOnReplica = defineUserMetadataFinding({
  code: 'subscription-removed-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'Subscription only on the replica',
  why: 'Either the user subscribed on the replica, or he unsubscribed on the master and no pending SUB line says so, or the subscriptions of the master were lost. The disk cannot tell which.',
  replication: 'The subscription is removed on the replica.',
  remedy:
    'If the user wants it, subscribe on the master (as the user, or add it to his sub file) before replication runs. If he gave it up, let replication run.',
  example: { mboxname: 'user.fred.Work' },
  check: (subject) =>
    subject.kind === 'subscription' && subject.only === 'replica' && !subject.logged
      ? { facts: { mboxname: subject.mboxname }, effects: ['delete-on-replica'] }
      : undefined,
  message: (f) => `subscription to ${f.mboxname} would be removed on the replica`,
});
