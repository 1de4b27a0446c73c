import { defineListFinding } from './list-subject.js';

export const reverseAclRowStray = defineListFinding({
  code: 'reverse-acl-row-stray',
  class: 'safe',
  since: '0.1.0',
  title: 'The list keeps a right that the mailbox does not give',
  why: 'With reverseacls Cyrus keeps a row for everybody who may see a mailbox of somebody else. This one is without its right, or without its mailbox: it shows a name and gives no access.',
  replication: 'Not replicated: each side keeps its own rows.',
  remedy:
    'With the server stopped: set reverseacls to no, run ctl_cyrusdb -r, set it back and run ctl_cyrusdb -r again, which writes all of these rows anew.',
  example: { identifier: 'ben', mboxname: 'user.ada.Work' },
  check: (s) =>
    s.kind === 'stray-acl-row'
      ? { side: s.side, facts: { identifier: s.identifier, mboxname: s.mboxname }, effects: ['none'] }
      : undefined,
  message: (f) => `${f.identifier} has a row for ${f.mboxname} and no right there`,
});
