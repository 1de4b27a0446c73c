/** Characters told of a name or a value in a fault; a damaged one may be as long as its file. */
const MAX_SHOWN = 1000;

/** What a fault shows of a name or a value that a file holds. */
export const shown = (text: string): string => text.slice(0, MAX_SHOWN);
