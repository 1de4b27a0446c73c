import { defineMailboxFinding } from './mailbox-subject.js';

export const mailboxAnnotationsNotCarried = defineMailboxFinding({
  code: 'mailbox-annotations-not-carried',
  class: 'admin',
  since: '0.1.0',
  title: 'Mailbox annotations differ, and only a log line could carry them',
  why: 'Cyrus 2.4 does not send mailbox annotations with the mailbox; only an ANNOTATION line of the pending log carries them, and there is none.',
  replication: 'None: sync_client -u and -m do not look at them, and the sides stay apart with exit status 0.',
  remedy:
    'Set the annotation once more on the master (cyradm: mboxconfig MAILBOX ENTRY VALUE, or IMAP SETANNOTATION), which writes the line; let sync_client -r run, and audit again.',
  example: { entries: ['/comment'] },
  check: ({ mode, master, replica, annotationsCarried, hazards }) => {
    if (mode !== 'pair' || annotationsCarried || hazards.dropsMailboxAnnotations) return undefined;
    if (master?.head === undefined || replica?.head === undefined) return undefined;
    const m = master.head.annotations;
    const r = replica.head.annotations;
    const entries = [...new Set([...m.keys(), ...r.keys()])].filter((key) => m.get(key) !== r.get(key)).sort();
    return entries.length === 0
      ? undefined
      : { facts: { entries: entries.map((key) => key.trim()) }, effects: ['unseen'] };
  },
  message: (f) => `${f.entries.join(', ')}: differs, and no log line carries it`,
});
