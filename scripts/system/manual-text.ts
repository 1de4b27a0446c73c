/** What the manual page says besides the help of the commands. */

/** Day on which this text was last changed. */
export const MANUAL_DATE = '2026-11-27';

/** Without the name of the program. */
export const SHORT_DESCRIPTION = 'tell whether a Cyrus IMAP master may replicate to its replica';

/** A paragraph, or terms with what they are. */
export type ManualPart = string | readonly (readonly [term: string, text: string])[];

export interface ManualSection {
  readonly title: string;
  readonly parts: readonly ManualPart[];
}

export const DESCRIPTION: readonly ManualPart[] = [
  'cyraudit reads the spools and databases of both servers of a replicating pair straight from disk, finds how they differ and where one of them is damaged, predicts what sync_client(8) would do with each difference, and says in one line whether replication may run.',
  'A side is an imapd.conf(5), or a directory that holds one. The master comes first. Relative paths in the file are taken from its directory; absolute ones lie below --master-root, --replica-root or --root when the side is a copy: a mounted snapshot, what rsync(1) made of the other machine, the disk of a dead server. cyraudit runs as root or as the user cyrus.',
  'Every finding has a class:',
  [
    ['clean', 'Both sides hold the same state.'],
    ['safe', 'They differ, and replication as it stands repairs it: nothing is lost, no message gets another UID.'],
    ['admin', 'A person must act for this mailbox or user first. The rest may be replicated.'],
    [
      'halt',
      'The mailbox list, a partition or the machine of a side cannot be trusted: replicate nothing until a person has looked.',
    ],
  ],
  'What could not be read, or was not finished in time, is listed as unaudited and never called clean.',
  'cyraudit opens files for reading only and takes no lock, so it cannot slow or block a server. It never starts or stops replication, and never talks to the network but for reinject, to the server that is named.',
];

export const EXIT_STATUS: readonly ManualPart[] = [
  'Of compare and check, by the convention of monitoring plugins:',
  [
    ['0', 'The audit is complete, and nothing is above safe. (With --fail-on halt: nothing is above admin.)'],
    ['1', 'It is complete, and the worst class is admin. (With --fail-on safe: safe or admin.)'],
    ['2', 'The worst class is halt, whether it is complete or not. Do not start replication.'],
    ['3', 'It is incomplete and nothing is halt; or the call, the configuration or the machine was at fault.'],
    ['70', 'A bug of cyraudit, with its stack on standard error.'],
  ],
];

export const FURTHER_SECTIONS: readonly ManualSection[] = [
  {
    title: 'SIGNALS',
    parts: [
      [
        [
          'SIGINT, SIGTERM',
          'The first one ends the audit with a report of what is done. A second one ends the program.',
        ],
        ['SIGUSR1', 'Tells on standard error how far the audit has come.'],
      ],
    ],
  },
  {
    title: 'ENVIRONMENT',
    parts: [
      [
        [
          'CYRAUDIT_CONFIG',
          'Names the configuration file when --config does not. When it is set and empty, none is read.',
        ],
        ['NO_COLOR', 'When it is set and not empty, text has no colours unless --color asks for them.'],
        ['CYRAUDIT_IMAP_PASSWORD', 'Password for reinject, when there is no --password-file.'],
        ['TERM', 'When it is dumb, text has no colours unless --color asks for them.'],
      ],
    ],
  },
  {
    title: 'FILES',
    parts: [
      [
        [
          '/etc/imapd.conf',
          'Configuration of a server. It names the partitions, the configuration directory and the databases, which are read.',
        ],
        [
          '/etc/cyraudit.toml',
          'The configuration file, unless another one is named. It is refused when others than root and the user who runs cyraudit could have written it. cyraudit never looks for one in the working directory: what is audited, and where reports go, must not depend on who may write there. A side of the file is a table [side.NAME] with source, and with root and engine where they are needed; NAME then stands where a command takes a side, before a file of that name in the working directory: ./NAME is the file. [options] has options of every command by their long names, [compare], [check], [render], [plan], [explain], [gate], [verify-user] and [salvage] those of one. gate, verify-user and salvage take from it the sides, how many threads, colours and the like, and never what they look at or put up with: --level, --accept, --user and the rest must be typed, as somebody acts on their answer at once. A list that is typed replaces that of the file. Relative paths are those of the directory of the file.',
        ],
        [
          'FILE of --report FORMAT=FILE, --subset-state FILE',
          'Replaced as a whole, and refused below a side. Besides these only plan --into, salvage --export and the journal of reinject write.',
        ],
      ],
    ],
  },
];

/** Before those of the commands' help. */
export const EXAMPLES: readonly (readonly [text: string, command: string])[] = [
  [
    'Every night from cron(8), which mails what is printed: nothing while all is well.',
    '30 3 * * * cyrus cyraudit compare /etc/imapd.conf /mnt/replica/etc/imapd.conf --replica-root /mnt/replica --nice --quiet',
  ],
  [
    'After a crash, before replication is switched on again; the report is kept and can be shown once more.',
    'cyraudit compare /etc/imapd.conf /mnt/replica/etc/imapd.conf --replica-root /mnt/replica --report text --report json=/var/lib/cyraudit/report.json\ncyraudit render /var/lib/cyraudit/report.json --to text',
  ],
];

export const SEE_ALSO =
  'imapd.conf(5), ctl_mboxlist(8), cyr_dbtool(8), mbexamine(8), quota(8), reconstruct(8), sync_client(8), sync_server(8)';
