import { dirname, isAbsolute, join, normalize } from 'node:path/posix';
import type { ImapdConf } from '../../formats/imapd-conf/imapd-conf.js';
import { parseName, splitUserid } from '../../formats/mboxlist/names.js';
import { AuditError } from '../../model/audit-error.js';
import type { Mbentry } from '../../model/mailbox.js';
import { hashChar } from './hash-char.js';

/** Files that metapartition_files or `metadir-TYPE-PARTITION` can move away from the messages. */
export const META_FILES = {
  header: 'cyrus.header',
  index: 'cyrus.index',
  cache: 'cyrus.cache',
  expunge: 'cyrus.expunge',
  squat: 'cyrus.squat',
  annotations: 'cyrus.annotations',
  dav: 'cyrus.dav',
  /** The cache of archived messages. */
  archivecache: 'cyrus.cache',
} as const;
export type MetaFile = keyof typeof META_FILES;

export interface Partition {
  readonly name: string;
  readonly data: string;
  readonly meta?: string;
  /** Only with `archive_enabled`. */
  readonly archive?: string;
  /** Roots set with `metadir-TYPE-PARTITION`. */
  readonly metaDirs: ReadonlyMap<string, string>;
}

/** Where the files of one mailbox are. */
export interface MailboxDirs {
  /** Directory of the message files. */
  readonly data: string;
  /** Directory of the archived messages; undefined when archived messages stay in `data`. */
  readonly archive?: string;
  /** Full path of a metadata file. */
  metaOf(type: MetaFile): string;
}

export interface SyncLogChannel {
  /** null = the default channel. */
  readonly channel: string | null;
  /** Holds `log` and `log-run`. */
  readonly dir: string;
  /** Why that directory is not looked at. */
  readonly problem?: string;
  /** A rolling sync_client that finds this file removes it and ends. */
  readonly shutdownFile?: string;
  /** What the replica last acknowledged of each mailbox, 3.4+. */
  readonly cacheDb?: string;
}

export type UserMeta = 'seen' | 'sub' | 'counters' | 'conversations' | 'dav';

export interface SpoolLayout {
  readonly configDirectory: string;
  /** A server's processes have a file each here while they serve somebody. Source: proc_getpath, imap/proc.c 3.6.7. */
  readonly procDir: string;
  readonly mailboxesDb: string;
  readonly annotationsDb: string;
  readonly partitions: readonly Partition[];
  readonly metaFiles: ReadonlySet<string>;
  readonly hashImapSpool: boolean;
  readonly fullDirHash: boolean;
  readonly deletedPrefix: string;
  readonly virtdomains: 'off' | 'userid' | 'on';
  readonly defaultdomain: string;
  readonly sieveDir: string;
  readonly quota: {
    /** true = one file per quota root below `dir`, false = the database `db`. */
    readonly legacy: boolean;
    readonly dir: string;
    readonly db: string;
  };
  readonly syncLog: { readonly enabled: boolean; readonly channels: readonly SyncLogChannel[] };
  hashChar(name: string): string;
  /** undefined when the partition is not configured, or when the entry cannot name a directory inside it. */
  /**
   * `caretIsHashed`: as releases up to 2.5 did, `^` (a dot in a name) goes into the hash of fulldirhash as it is.
   */
  mailboxDirs(
    entry: Pick<Mbentry, 'mboxname' | 'uniqueid' | 'partition' | 'mbtype'>,
    caretIsHashed?: boolean,
  ): MailboxDirs | undefined;
  /** Path of a user's database: by the uniqueid of the INBOX, or by name when there is none or it is a legacy one. */
  userMetaPath(
    userid: string,
    suffix: UserMeta,
    inbox?: { uniqueid?: string; legacyDirs: boolean },
  ): string | undefined;
  /** Path of the `shared.SUFFIX` file of a domain, or of the mailboxes outside any. */
  sharedMetaPath(domain: string | undefined, suffix: UserMeta): string | undefined;
  /** Directory of a user's scripts: by the uniqueid of the INBOX, or by name as for his databases. */
  sievePath(userid: string, inbox?: { uniqueid?: string; legacyDirs: boolean }): string | undefined;
  /** File of one quota root when `quota.legacy`. */
  quotaPath(root: string): string | undefined;
}

export interface LayoutOptions {
  /** Relative values are taken from here: the directory of imapd.conf. */
  readonly confDir: string;
  /** Absolute values lie below this directory: the root of a copied or mounted file system. */
  readonly root?: string;
  /** Prefix of `SERVICE_option` lines that win over `option`. */
  readonly service?: string;
}

const PLACEHOLDER = /^\{configdirectory\}/i;

/**
 * The paths that an imapd.conf stands for; touches no disk. Sources: imap/mboxname.c (mboxname_hash,
 * mboxname_id_hash, mboxname_metapath, mboxname_conf_getpath), lib/cyrusdb_quotalegacy.c 3.6.1; mboxlist.md 7 to 9.
 */
export function makeSpoolLayout(conf: ImapdConf, { confDir, root, service }: LayoutOptions): SpoolLayout {
  const resolve = (value: string): string => {
    if (!isAbsolute(value)) return noTrailingSlash(join(confDir, value));
    return noTrailingSlash(root === undefined ? normalize(value) : join(root, value));
  };
  const get = (name: string): string | undefined => conf.get(name, service);
  const rawConfigDirectory = get('configdirectory');
  if (rawConfigDirectory === undefined) {
    throw new AuditError(
      'conf-invalid',
      `${conf.file}: no configdirectory`,
      'Set configdirectory, or name the imapd.conf that has it.',
    );
  }
  const configDirectory = resolve(rawConfigDirectory);
  // The value comes first, so that a relative configdirectory is resolved once.
  const path = (value: string): string => resolve(value.replace(PLACEHOLDER, () => rawConfigDirectory));
  const pathOption = (name: string, fallback: string): string => path(get(name) ?? fallback);

  /** `CHANNEL_option` wins over `option`. Source: sync_get_config, imap/sync_support.c 3.6.7. */
  const channelPath = <K extends string>(
    key: K,
    option: string,
    { channel }: SyncLogChannel,
  ): Partial<Record<K, string>> => {
    const value = (channel === null ? undefined : conf.get(`${channel}_${option}`)) ?? get(option);
    return (value === undefined ? {} : { [key]: path(value) }) as Partial<Record<K, string>>;
  };

  const partitions = readPartitions(conf, path, conf.isOn('archive_enabled', false, service));
  if (partitions.length === 0) {
    throw new AuditError('conf-invalid', `${conf.file}: no partition`, 'Set at least one partition-NAME.');
  }
  const partitionOf = new Map(partitions.map((partition) => [partition.name, partition]));
  const metaFiles = new Set(conf.list('metapartition_files', service));
  const hashImapSpool = conf.isOn('hashimapspool', false, service);
  const fullDirHash = conf.isOn('fulldirhash', false, service);
  const deletedPrefix = get('deletedprefix') ?? 'DELETED';
  const defaultdomain = get('defaultdomain') ?? 'internal';
  const virtdomains = readVirtdomains(get('virtdomains'));
  const hash = (name: string): string => hashChar(name, fullDirHash);
  const quotaDb = pathOption('quota_db_path', '{configdirectory}/quotas.db');
  const quotaBase = dirname(quotaDb);
  const sieveDir = pathOption('sievedir', '/usr/sieve');

  /** Part of a mailbox's path below any root. */
  const mailboxPath = (
    entry: Pick<Mbentry, 'mboxname' | 'uniqueid' | 'mbtype'>,
    caretIsHashed: boolean,
  ): string | undefined => {
    const { uniqueid } = entry;
    if (uniqueid !== undefined && !entry.mbtype.legacyDirs) return uuidPath(uniqueid);
    const { domain, parts } = parseName(entry.mboxname, { deletedPrefix, defaultdomain });
    if (!parts.every(isFileName) || (domain !== undefined && !isFileName(domain))) return undefined;
    const names = [...parts];
    const hashed = (parts[1] ?? parts[0])!;
    if (hashImapSpool) names.unshift(hash(caretIsHashed ? hashed : hashed.replaceAll('^', '.')));
    if (domain !== undefined) names.unshift('domain', ...(hashImapSpool ? [hash(domain)] : []), domain);
    return names.join('/');
  };

  /** `[/domain/H/DOMAIN]`: hashed whatever hashimapspool says, unlike in the spool. */
  const domainPath = (domain: string | undefined): string =>
    domain === undefined ? '' : `/domain/${hash(domain)}/${domain}`;

  const metaRoot = (partition: Partition, type: MetaFile): string => {
    const moved = type === 'expunge' ? undefined : partition.metaDirs.get(type === 'annotations' ? 'index' : type);
    return (
      moved ??
      (metaFiles.has(type) ? partition.meta : undefined) ??
      (type === 'archivecache' ? partition.archive : undefined) ??
      partition.data
    );
  };

  return {
    configDirectory,
    procDir: pathOption('proc_path', '{configdirectory}/proc'),
    mailboxesDb: pathOption('mboxlist_db_path', '{configdirectory}/mailboxes.db'),
    annotationsDb: pathOption('annotation_db_path', '{configdirectory}/annotations.db'),
    partitions,
    metaFiles,
    hashImapSpool,
    fullDirHash,
    deletedPrefix,
    virtdomains,
    defaultdomain,
    sieveDir,
    quota: {
      legacy: (get('quota_db') ?? 'quotalegacy') === 'quotalegacy',
      dir: `${quotaBase}/quota`,
      db: quotaDb,
    },
    syncLog: {
      enabled: conf.isOn('sync_log', false, service),
      channels: readChannels(conf.list('sync_log_channels', service), configDirectory).map((channel) => ({
        ...channel,
        ...channelPath('shutdownFile', 'sync_shutdown_file', channel),
        ...channelPath('cacheDb', 'sync_cache_db_path', channel),
      })),
    },
    hashChar: hash,

    mailboxDirs(entry, caretIsHashed = false) {
      const partition = entry.partition === undefined ? undefined : partitionOf.get(entry.partition.toLowerCase());
      const below = mailboxPath(entry, caretIsHashed);
      if (partition === undefined || below === undefined) return undefined;
      return {
        data: `${partition.data}/${below}`,
        ...(partition.archive === undefined ? {} : { archive: `${partition.archive}/${below}` }),
        metaOf: (type) => `${metaRoot(partition, type)}/${below}/${META_FILES[type]}`,
      };
    },

    userMetaPath(userid, suffix, inbox) {
      if (inbox?.uniqueid !== undefined && !inbox.legacyDirs) {
        const below = uuidPath(inbox.uniqueid);
        return below === undefined ? undefined : `${configDirectory}/user/${below}/${suffix}.db`;
      }
      const { localpart, domain } = splitUserid(userid, defaultdomain);
      if (!isFileName(localpart) || (domain !== undefined && !isFileName(domain))) return undefined;
      return `${configDirectory}${domainPath(domain)}/user/${hash(localpart)}/${localpart}.${suffix}`;
    },

    sharedMetaPath(domain, suffix) {
      if (domain !== undefined && !isFileName(domain)) return undefined;
      return `${configDirectory}${domainPath(domain)}/shared.${suffix}`;
    },

    sievePath(userid, inbox) {
      if (inbox?.uniqueid !== undefined && !inbox.legacyDirs) {
        const below = uuidPath(inbox.uniqueid);
        return below === undefined ? undefined : `${sieveDir}/${below}`;
      }
      // Without virtual domains the name is not taken apart. Source: user_sieve_path_byname, imap/user.c 3.6.1.
      const { localpart, domain } = virtdomains === 'off' ? { localpart: userid } : splitUserid(userid, defaultdomain);
      if (!isFileName(localpart) || (domain !== undefined && !isFileName(domain))) return undefined;
      return `${sieveDir}${domainPath(domain)}/${hash(localpart)}/${localpart}`;
    },

    quotaPath(quotaroot) {
      const cut = virtdomains === 'off' ? -1 : quotaroot.indexOf('!');
      const domain = cut < 0 ? undefined : quotaroot.slice(0, cut);
      const rest = quotaroot.slice(cut + 1);
      if (domain !== undefined && !isFileName(domain)) return undefined;
      const dir = `${quotaBase}${domainPath(domain)}/quota`;
      if (domain !== undefined && rest === '') return `${dir}/root`;
      if (!isFileName(rest)) return undefined;
      // The part after the first dot in its stored spelling: unlike the spool, `^` is hashed as it is.
      return `${dir}/${hash(rest.slice(rest.indexOf('.') + 1))}/${rest}`;
    },
  };
}

function readPartitions(conf: ImapdConf, path: (value: string) => string, archiveEnabled: boolean): Partition[] {
  const partitions: Partition[] = [];
  for (const [option, value] of conf.options) {
    if (!option.startsWith('partition-')) continue;
    const name = option.slice('partition-'.length);
    const meta = conf.get(`metapartition-${name}`);
    const archive = archiveEnabled ? conf.get(`archivepartition-${name}`) : undefined;
    const metaDirs = new Map<string, string>();
    for (const type of Object.keys(META_FILES)) {
      const dir = conf.get(`metadir-${type}-${name}`);
      if (dir !== undefined) metaDirs.set(type, path(dir));
    }
    partitions.push({
      name,
      data: path(value),
      ...(meta === undefined ? {} : { meta: path(meta) }),
      ...(archive === undefined ? {} : { archive: path(archive) }),
      metaDirs,
    });
  }
  return partitions;
}

/** Source: lib/imapoptions: an enum of off, userid, on, in which every spelling of a switch is taken too. */
function readVirtdomains(value: string | undefined): 'off' | 'userid' | 'on' {
  if (value === 'userid') return 'userid';
  return value !== undefined && ['on', '1', 'yes', 't', 'true'].includes(value) ? 'on' : 'off';
}

/** Source: sync_log_base, imap/sync_log.c 3.6.1: a channel is a path below `sync/`, as it is written. */
function readChannels(words: readonly string[], configDirectory: string): SyncLogChannel[] {
  const base = `${configDirectory}/sync`;
  return (words.length === 0 ? ['""'] : words).map((word) => {
    if (word === '""') return { channel: null, dir: base };
    const channel = { channel: word, dir: `${base}/${word}` };
    if (word.split('/').every(isFileName)) return channel;
    return { ...channel, problem: `sync_log_channels: ${word} is no directory below ${base}` };
  });
}

function uuidPath(uniqueid: string): string | undefined {
  return /^[0-9A-Za-z][0-9A-Za-z-]+$/.test(uniqueid) ? `uuid/${uniqueid[0]!}/${uniqueid[1]!}/${uniqueid}` : undefined;
}

/** A damaged list must not lead outside the spool. */
function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
}

function noTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
