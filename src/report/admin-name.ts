/**
 * A mailbox name as `reconstruct`, `quota` and `cyradm` take it; undefined where none of theirs means it.
 * Source: mbname_extname, imap/mboxname.c 3.6.1, for an administrator.
 */
export function adminName(mboxname: string, separator: '.' | '/'): string | undefined {
  const cut = mboxname.indexOf('!');
  const [domain, local] = cut < 0 ? ['', mboxname] : [`@${mboxname.slice(0, cut)}`, mboxname.slice(cut + 1)];
  if (local.includes('/')) return undefined;
  const swapped: Readonly<Record<string, string>> = { '.': '/', '^': '.' };
  const name = separator === '.' ? local : local.replace(/[.^]/g, (character) => swapped[character]!);
  return name + domain;
}
