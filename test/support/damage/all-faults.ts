import { join } from 'node:path';
import { cacheFaults } from './cache-faults.js';
import { twoskipFaults } from './database-faults.js';
import type { Fault } from './fault.js';
import { fileFaults } from './file-faults.js';
import { mailboxHeaderFaults } from './header-faults.js';
import { indexHeaderFaults, indexRecordFaults, indexStructureFaults } from './index-faults.js';
import { listFaults } from './list-faults.js';
import { ANNOTATIONS, INBOX, MBOXLIST, READER, mailboxPaths } from './rich-side.js';
import { rowFaults } from './row-faults.js';
import type { SideFiles } from './side-files.js';

/** Every field of every file of a side times every verb. `files` is the undamaged side, from which the fields are learnt. */
export function allFaults(files: SideFiles): Fault[] {
  return [
    ...indexHeaderFaults(files),
    ...indexRecordFaults(files),
    ...indexStructureFaults(),
    ...cacheFaults(files),
    ...mailboxHeaderFaults(files),
    ...fileFaults(),
    ...listFaults(files),
    ...twoskipFaults(files, { target: 'mailboxes.db', pathOf: () => MBOXLIST, place: {} }),
    ...rowFaults(files),
    ...twoskipFaults(files, {
      target: 'cyrus.annotations',
      pathOf: (side) => join(mailboxPaths(side, INBOX).spool, 'cyrus.annotations'),
      place: { mboxname: INBOX },
    }),
    ...twoskipFaults(files, { target: 'annotations.db', pathOf: () => ANNOTATIONS, place: {} }),
    ...twoskipFaults(files, {
      target: 'seen.db',
      pathOf: (side) => join(mailboxPaths(side, 'user.ben').user, 'seen.db'),
      place: { userid: READER },
    }),
  ];
}
