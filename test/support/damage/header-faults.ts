import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { MAILBOX_HEADER_MAGIC } from '../../../src/formats/mailbox-header/mailbox-header.js';
import { INDEX_VERSIONS } from '../../../src/formats/index/versions/all.js';
import { reseal } from '../build-index.js';
import type { Fault } from './fault.js';
import { INBOX, WORK, mailboxPaths } from './rich-side.js';
import type { SideFiles } from './side-files.js';
import { kvFields } from './text-fields.js';

const v17 = INDEX_VERSIONS.get(17)!;

const headerPath = (files: SideFiles): string => join(mailboxPaths(files, INBOX).spool, 'cyrus.header');

/** Puts the checksum of the changed cyrus.header into the index, as a server does that wrote both. */
function resealHeader(files: SideFiles, header: Buffer): void {
  const path = join(mailboxPaths(files, INBOX).spool, 'cyrus.index');
  const index = files.read(path);
  index.writeUInt32BE(crc32(header), v17.header.offsetOf('headerFileCrc'));
  reseal(index.subarray(0, v17.header.size));
  files.write(path, index);
}

/** Every key of the INBOX's cyrus.header, times every verb. */
export function mailboxHeaderFaults(files: SideFiles): Fault[] {
  const of = (field: string, verb: string, seal: Fault['seal'], change: (bytes: Buffer) => Buffer): Fault => ({
    target: 'cyrus.header',
    field,
    verb,
    seal,
    place: { mboxname: INBOX },
    apply: (side) => {
      const header = change(Buffer.from(side.read(headerPath(side))));
      side.write(headerPath(side), header);
      if (seal === 'sealed') resealHeader(side, header);
    },
  });
  const start = MAILBOX_HEADER_MAGIC.length;
  const text = files.read(headerPath(files)).toString('latin1', start);
  const changes = kvFields(text).flatMap(({ field, verbs }) =>
    verbs.map(([verb, changed]) => [field, verb, changed] as const),
  );
  return [
    ...(['raw', 'sealed'] as const).flatMap((seal) =>
      changes
        .filter(([, verb]) => seal === 'sealed' || verb === 'flip')
        .map(([field, verb, changed]) =>
          of(field, verb, seal, (bytes) => Buffer.concat([bytes.subarray(0, start), Buffer.from(changed, 'latin1')])),
        ),
    ),
    of('U', 'one flag name twice', 'sealed', (bytes) =>
      Buffer.from(bytes.toString('latin1').replace('($Label1)', '($Label1 $label1)'), 'latin1'),
    ),
    of('magic', 'flip', 'raw', (bytes) => {
      bytes[0]! ^= 1;
      return bytes;
    }),
    of('the file', 'truncate', 'none', (bytes) => bytes.subarray(0, -20)),
    of('the file', 'empty', 'none', () => Buffer.alloc(0)),
    of('the file', 'append', 'none', (bytes) => Buffer.concat([bytes, Buffer.from('x\n')])),
    { ...of('the file', 'remove', 'none', (bytes) => bytes), apply: (side) => side.remove(headerPath(side)) },
    {
      ...of('the file', 'that of another mailbox', 'sealed', (bytes) => bytes),
      apply: (side) => {
        const other = side.read(join(mailboxPaths(side, WORK).spool, 'cyrus.header'));
        side.write(headerPath(side), other);
        resealHeader(side, other);
      },
    },
  ];
}
