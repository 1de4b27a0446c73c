import { OPTIONS_OF_NEW } from '../../model/index-file.js';
import type { AclEntry } from '../../model/mailbox.js';
import type { MailboxSubject } from './mailbox-subject.js';

/**
 * What somebody set on a mailbox of the replica that is to be replaced, and the master's mailbox of that name does not
 * have: rights, options, annotations. undefined = none is replaced.
 */
export function settingsOfReplaced({ master, replica, conflict }: MailboxSubject): readonly string[] | undefined {
  if (master === undefined || replica !== undefined || conflict?.refused !== false) return undefined;
  const { head: m } = master;
  const { head: r } = conflict;
  const lost = lostRights(master.mbentry.acl, conflict.acl).map(
    ({ identifier, rights }) => `acl ${identifier} ${rights}`,
  );
  if (r === undefined) return lost;
  // An option that is as in any new mailbox was set by nobody.
  const options = m?.options ?? OPTIONS_OF_NEW;
  if (((r.options ^ OPTIONS_OF_NEW) & (r.options ^ options)) !== 0) lost.push('options');
  if (r.pop3ShowAfter !== 0 && r.pop3ShowAfter !== m?.pop3ShowAfter) lost.push('pop3showafter');
  for (const [key, value] of r.annotations) if (m?.annotations.get(key) !== value) lost.push(key.trim());
  return lost;
}

/** Entries of the replica's ACL of which the master's does not have every right. */
function lostRights(onMaster: readonly AclEntry[], onReplica: readonly AclEntry[]): AclEntry[] {
  return onReplica.filter(({ identifier, rights }) => {
    const kept = onMaster.find((entry) => entry.identifier === identifier)?.rights ?? '';
    return Array.from(rights).some((right) => !kept.includes(right));
  });
}
