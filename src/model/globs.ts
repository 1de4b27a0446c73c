/**
 * A test for `*` and `?` patterns over the whole name; an empty list matches everything. Names of mailboxes have no
 * path separators, so `*` crosses dots.
 */
export function globFilter(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.length === 0) return () => true;
  const compiled = patterns.map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
        'su',
      ),
  );
  return (name) => compiled.some((regexp) => regexp.test(name));
}
