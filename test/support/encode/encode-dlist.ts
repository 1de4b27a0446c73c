/** One value as Cyrus spells it: atom, quoted string or literal; `undefined` is NIL. Source: sync-protocol.md section 3. */
export function atom(text: string | undefined): string {
  if (text === undefined) return 'NIL';
  if (/^[\x1d\x1f!#$&'+-[\]-z|}~]+$/.test(text) && text.toUpperCase() !== 'NIL') return text;
  if (/^[^\0\r\n"%\\\x80-\uffff]*$/.test(text)) return `"${text}"`;
  return `{${Buffer.byteLength(text)}}\r\n${text}`;
}

/** `%(K v K v)`; pairs without a value are left out. */
export function kvlist(pairs: readonly (readonly [key: string, value: string | undefined])[]): string {
  const words = pairs.flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${value}`]));
  return `%(${words.join(' ')})`;
}

/** `(a b c)`. */
export const list = (items: readonly (string | number | bigint)[]): string => `(${items.map(String).join(' ')})`;

/** `A` of a list entry and of cyrus.header: rows of identifier and rights. */
export const aclList = (acl: readonly (readonly [identifier: string, rights: string])[]): string =>
  kvlist(acl.map(([identifier, rights]) => [atom(identifier), atom(rights)] as const));
