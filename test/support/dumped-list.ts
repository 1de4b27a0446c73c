import type { MailboxList } from '../../src/sources/spool/mailbox-list.js';
import type { CyrusTools } from './cyrus-tools.js';

/** An entry as `ctl_mboxlist -d` of 3.6 prints it. */
type DumpedEntry = Readonly<Record<string, unknown>>;

/** Every entry by its name, tombstones and intermediates too. */
export function dumpedList(tools: CyrusTools): Record<string, DumpedEntry> {
  return JSON.parse(tools.run('ctl_mboxlist', ['-d', '-y']).toString()) as Record<string, DumpedEntry>;
}

/** Our list in the same form. Source: dump_cb, imap/ctl_mboxlist.c 3.6.1. */
export function listAsDumped(list: MailboxList): Record<string, DumpedEntry> {
  const entries = [...list.names()].map(({ mboxname }): [string, DumpedEntry] => {
    const name = mboxname();
    const entry = list.byName(name)!;
    const { uniqueid, mtime = 0, uidvalidity = 0, createdmodseq = 0, foldermodseq = 0, partition, server, acl } = entry;
    return [
      name,
      {
        name,
        mtime: String(mtime),
        uidvalidity: String(uidvalidity),
        createdmodseq: String(createdmodseq),
        foldermodseq: String(foldermodseq),
        mbtype: entry.mbtype.letters,
        ...(partition === undefined ? {} : { partition }),
        ...(server === undefined ? {} : { server }),
        acl: Object.fromEntries(acl.map(({ identifier, rights }) => [identifier, rights])),
        ...(uniqueid === undefined ? {} : { uniqueid }),
        // Only rows by uniqueid have one.
        name_history: entry.history,
      },
    ];
  });
  return Object.fromEntries(entries);
}
