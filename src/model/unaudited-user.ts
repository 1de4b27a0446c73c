/** How a report names a user of whom nothing was looked at, in `what`. */
export const userPart = (userid: string): string => `user ${userid}`;

const PREFIX = userPart('');

/** His userid; undefined for any other part that was not audited. */
export const unauditedUser = ({
  what,
  mboxname,
}: {
  readonly what: string;
  readonly mboxname?: string;
}): string | undefined => (mboxname === undefined && what.startsWith(PREFIX) ? what.slice(PREFIX.length) : undefined);
