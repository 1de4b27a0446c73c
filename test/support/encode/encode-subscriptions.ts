/**
 * The rows of a user's sub db in one version, in the order of `mboxnames` after that of the version. 0 = internal names.
 * Version 2 replaces any name that begins as the INBOX does, version 3 only whole parts. Source: mailbox-files.md
 * section 6; mboxlist_dbname_to_key, imap/mboxlist.c 3.6.7, 3.13.
 */
export function encodeSubscriptions(
  userid: string,
  version: number,
  mboxnames: readonly string[],
): [key: Buffer, value: Buffer][] {
  const none = Buffer.alloc(0);
  if (version === 0) return mboxnames.map((name) => [Buffer.from(name), none]);
  const inbox = `user\x1f${userid}`;
  const keys = mboxnames.map((mboxname) => {
    const dbname = mboxname
      .split('.')
      .map((part) => part.replaceAll('^', '.'))
      .join('\x1f');
    const isOwn = dbname.startsWith(inbox) && (version === 2 || dbname === inbox || dbname[inbox.length] === '\x1f');
    return `N${isOwn ? `INBOX${dbname.slice(inbox.length)}` : dbname}`;
  });
  return [
    [Buffer.from('\x1fVER\x1f'), Buffer.from(String(version))],
    ...keys.map((key): [Buffer, Buffer] => [Buffer.from(key), none]),
  ];
}
