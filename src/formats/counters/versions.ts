import { defineLayout, u32, u64, type Field, type Layout } from '../../bytes/layout.js';

/** One on-disk version of a counters file. */
export interface CountersVersion {
  readonly version: number;
  /** Releases that write it; absent = builds between releases only. */
  readonly writtenBy?: string;
  readonly layout: Layout;
}

/** Where the first modseq is, after generation and version. */
const FIRST = 8;

/** The modseqs that each version added, in file order. Source: mboxname_buf_to_counters, imap/mboxname.c 3.13. */
const ADDED: readonly (readonly string[])[] = [
  ['highestmodseq', 'mailmodseq', 'caldavmodseq', 'carddavmodseq'],
  ['notesmodseq'],
  ['mailfoldersmodseq'],
  ['caldavfoldersmodseq', 'carddavfoldersmodseq', 'notesfoldersmodseq'],
  ['quotamodseq', 'raclmodseq'],
  ['submissionmodseq', 'submissionfoldersmodseq'],
  [
    'maildeletedmodseq',
    'caldavdeletedmodseq',
    'carddavdeletedmodseq',
    'notesdeletedmodseq',
    'submissiondeletedmodseq',
    'mailfoldersdeletedmodseq',
    'caldavfoldersdeletedmodseq',
    'carddavfoldersdeletedmodseq',
    'notesfoldersdeletedmodseq',
    'submissionfoldersdeletedmodseq',
  ],
  fourOf('davnotification'),
  fourOf('jmapnotification'),
  fourOf('sieve'),
];

function fourOf(type: string): string[] {
  return ['', 'deleted', 'folders', 'foldersdeleted'].map((part) => `${type}${part}modseq`);
}

/** Size in bytes of each version, and the releases: the first tags with each value of MV_VERSION in imap/mboxname.c. */
const VERSIONS: readonly (readonly [size: number, writtenBy?: string])[] = [
  [48],
  [56, '3.0 beta 1'],
  [64],
  [88, '3.0'],
  [104, '3.1.7'],
  [120, '3.1.8 to 3.2'],
  [200, '3.3'],
  [232],
  [264, '3.4'],
  [296, '3.6 or later'],
];

/** Every version, by its number. The size of a table is stated, not added up, so that a lost field does not load. */
export const COUNTERS_VERSIONS: readonly CountersVersion[] = VERSIONS.map(([size, writtenBy], version) => {
  const fields: Record<string, Field> = { generation: u32(0), version: u32(4) };
  for (const [i, name] of ADDED.slice(0, version + 1)
    .flat()
    .entries())
    fields[name] = u64(FIRST + 8 * i);
  fields['uidvalidity'] = u32(size - 8);
  fields['crc'] = u32(size - 4);
  return { version, ...(writtenBy === undefined ? {} : { writtenBy }), layout: defineLayout(size, fields) };
});
