const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a file where a directory should be',
  EISDIR: 'a directory',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'a file system that is read-only',
  ENOSPC: 'no space left',
};

/** What the system said instead of doing it, for a person: `no such file or directory (ENOENT)`. */
export function systemErrorWords(cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === undefined) return String(cause);
  const words = WORDS[code];
  if (words !== undefined) return `${words} (${code})`;
  return /^E[A-Z0-9]+$/.test(code) ? `an error (${code})` : code;
}
