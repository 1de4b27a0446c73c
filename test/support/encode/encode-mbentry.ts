import { aclList, atom, kvlist } from './encode-dlist.js';

export interface MbentryContent {
  /** Internal name, with `.` between the parts. */
  readonly mboxname: string;
  readonly uniqueid: string;
  /** Letters of T. */
  readonly mbtype?: string;
  readonly partition?: string;
  readonly uidvalidity?: number;
  readonly createdmodseq?: number;
  readonly foldermodseq?: number;
  /** Seconds since the epoch. */
  readonly mtime?: number;
  readonly acl?: readonly (readonly [identifier: string, rights: string])[];
}

export type Row = readonly [key: Buffer, value: Buffer];

/** The rows by name and by uniqueid of one mailbox of a list of 3.6 and later. Source: mboxlist.md sections 3 to 6. */
export function encodeMbentry(content: MbentryContent): readonly [name: Row, uniqueid: Row] {
  const dbname = dbnameOf(content.mboxname);
  const { uniqueid, mbtype = 'e', partition, uidvalidity, createdmodseq, foldermodseq, mtime, acl } = content;
  const type = ['T', mbtype] as const;
  const number = (value: number | undefined): string | undefined => (value === undefined ? undefined : String(value));
  const shared = [
    ['P', partition === undefined ? undefined : atom(partition)],
    ['V', number(uidvalidity)],
    ['C', number(createdmodseq)],
    ['F', number(foldermodseq)],
    ['M', number(mtime)],
    ['A', acl === undefined ? undefined : aclList(acl)],
  ] as const;
  return [
    [Buffer.from(`N${dbname}`), Buffer.from(kvlist([type, ['I', atom(uniqueid)], ...shared]))],
    [Buffer.from(`I${uniqueid}`), Buffer.from(kvlist([type, ['N', atom(dbname)], ...shared, ['H', '()']]))],
  ];
}

/** `user.joe^smith.sub` is `user US joe.smith US sub`, and what stands before `!` is a domain. */
function dbnameOf(mboxname: string): string {
  const [local = '', domain] = mboxname.split('!').reverse();
  const parts = local.split('.').map((part) => part.replaceAll('^', '.'));
  return `${domain === undefined ? '' : `${domain}\x1d`}${parts.join('\x1f')}`;
}
