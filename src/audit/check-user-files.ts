import { parseSeenRow } from '../formats/seen/seen-row.js';
import { SubscriptionRows } from '../formats/subscriptions/subscription-rows.js';
import { USER_METADATA_FINDINGS, userFaultFindings } from '../findings/catalogue.js';
import type { FormatFault } from '../model/fault.js';
import type { Mbentry } from '../model/mailbox.js';
import { locateUserMeta } from '../sources/spool/locate-mailbox.js';
import type { UserMeta } from '../sources/spool/paths.js';
import { checkDavDatabase } from '../sources/spool/dav-database.js';
import { openUserDatabase } from '../sources/spool/user-database.js';
import { QuotaReader, type ReadQuotaUse, type UserMetadataAudit } from './audit-user-metadata.js';
import type { AuditContext } from './context.js';
import { repeatDatabaseReads } from './repeat-reads.js';

/** Faults of single rows that are reported per database. */
const MAX_ROW_FAULTS = 100;

/**
 * Checks what a user has beyond his mailboxes on a side that is audited for itself: subscriptions, seen state, the index
 * of scripts, calendars and address books, quota roots and their usage.
 */
export function checkUserFiles(
  ctx: AuditContext,
  userid: string,
  inbox: Mbentry,
  mailboxes: readonly ReadQuotaUse[],
): UserMetadataAudit {
  const { side } = ctx.sides.get('single')!;
  const audit: UserMetadataAudit = { findings: [], unread: [], unstable: [] };
  const since = Date.now();
  const addFaults = (faults: readonly FormatFault[]): void => {
    for (const fault of faults) audit.findings.push(...userFaultFindings({ fault, side: 'single' }));
    audit.unstable.push(...repeatDatabaseReads('single', faults, since, ctx.readAgain));
  };
  const readRows = (
    suffix: UserMeta,
    parse: (key: Buffer, value: Buffer, path: string) => readonly FormatFault[],
  ): void => {
    const path = locateUserMeta(side.layout, userid, suffix, inbox);
    // A name that cannot be a file name is told with the mailboxes.
    if (path === undefined) return;
    const opened = openUserDatabase(path);
    if (opened.unread !== undefined) {
      audit.unread.push({ side: 'single', reason: opened.unread });
      return;
    }
    const ofRows: FormatFault[] = [];
    for (const { key, value } of opened.rows) ofRows.push(...parse(key, value, path));
    // An empty file is a database that was created and not yet written.
    addFaults([...opened.faults.filter(({ code }) => code !== 'file-empty'), ...ofRows.slice(0, MAX_ROW_FAULTS)]);
  };
  let subscriptions: SubscriptionRows | undefined;
  readRows('sub', (key, value, path) => {
    subscriptions ??= new SubscriptionRows(userid, path, { defaultdomain: side.layout.defaultdomain });
    return subscriptions.parse(key, value).faults;
  });
  readRows('seen', (_, value, path) => parseSeenRow(value, path).faults);
  const dav = locateUserMeta(side.layout, userid, 'dav', inbox);
  if (dav !== undefined) {
    const { faults, unread } = checkDavDatabase(dav, ctx.plan.level !== 'index');
    addFaults(faults);
    if (unread !== undefined) audit.unread.push({ side: 'single', reason: unread });
  }

  const quotas = new QuotaReader(side);
  // A mailbox that cannot be read may be counted at any root.
  const isComplete = mailboxes.every(({ quotaMailboxUsed }) => quotaMailboxUsed !== undefined);
  try {
    for (const root of [...new Set(mailboxes.flatMap(({ quotaroot }) => quotaroot ?? []))].sort()) {
      const { record, faults, unread } = quotas.read(root);
      addFaults(faults);
      if (unread !== undefined) audit.unread.push({ side: 'single', reason: unread });
      const stored = record?.resources.S?.used;
      const isOwn = root === inbox.mboxname || root.startsWith(`${inbox.mboxname}.`);
      if (stored === undefined || record?.scanning === true || !isOwn || !isComplete) continue;
      if (side.conf.isOn('quota_use_conversations', false)) continue;
      const ofRoot = mailboxes.filter(({ quotaroot }) => quotaroot === root);
      const summed = ofRoot.reduce((sum, { quotaMailboxUsed = 0 }) => sum + quotaMailboxUsed, 0);
      for (const kind of USER_METADATA_FINDINGS)
        audit.findings.push(...kind.find({ kind: 'quota-usage', side: 'single', root, stored, summed }));
    }
  } finally {
    quotas.close();
  }
  return audit;
}
