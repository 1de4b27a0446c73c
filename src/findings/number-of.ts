/** `1 message`, `3 messages`. @param more for several, where that is not `one` with an s */
export const numberOf = (n: number, one: string, more = `${one}s`): string => `${String(n)} ${n === 1 ? one : more}`;
