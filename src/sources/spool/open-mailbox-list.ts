import { listForm } from '../../formats/mboxlist/generation.js';
import { TypedMailboxList, type MailboxList } from './mailbox-list.js';
import type { Side } from './open-side.js';
import { PlainMailboxList } from './plain-mailbox-list.js';

/** The mailbox list of a side in the generation that its rows show; undefined when its database cannot be read. */
export function openMailboxList({ list, layout }: Pick<Side, 'list' | 'layout'>): MailboxList | undefined {
  const { db, path } = list;
  if (db === undefined) return undefined;
  return listForm(db.rows()) === 'plain'
    ? new PlainMailboxList(db, path, layout)
    : new TypedMailboxList(db, path, layout);
}
