import { defineFaultFinding } from '../define.js';

export const davDatabaseDamaged = defineFaultFinding({
  code: 'dav-database-damaged',
  class: 'admin',
  since: '0.1.0',
  faults: ['sqlite-header', 'sqlite-truncated', 'sqlite-schema', 'sqlite-page'],
  effects: ['blocked'],
  title: 'The index of scripts, calendars and address books is damaged',
  why: 'dav.db of the user, an SQLite database, lists what his scripts, calendars and address books contain. Its header or one of its pages does not hold. The messages that it was made from are not touched by this.',
  replication:
    'Nothing, until a script, an event or a card is to be changed on this side: then the program that receives it dies of a signal and the user fails, on every run. On the replica that is sync_server; on the master, where a change of the replica is copied back, it is sync_client itself, so that sync_client -A never gets to the users behind this one. Run: 3.6.1.',
  remedy:
    'Run dav_reconstruct USER on this side as the user cyrus (Debian: /usr/lib/cyrus/bin/dav_reconstruct, of the package cyrus-caldav): it makes the file anew from the messages. Or, with Cyrus stopped, copy dav.db from the other side when the calendars, address books and #sieve of the user are the same on both. Removing the file is not enough: Cyrus makes an empty one, in which the scripts are missing, and reconstruct does not fill it. Audit again.',
});
