/**
 * Regular expressions for dlist text without quotes, literals, escapes and nested lists, in which Cyrus writes nearly every
 * row and header: what they match needs no grammar. An atom `NIL` has a meaning of its own, which is for the caller.
 */
export const PLAIN_ATOM = "[!#$&-'*-Z\\[\\]-z|}~]+";

/** Any number of atoms with a space between them. */
export const PLAIN_ATOMS = `(?:${PLAIN_ATOM}(?: ${PLAIN_ATOM})*)?`;

/** Longer text is left to the grammar: a regular expression keeps a place to go back to for every atom, on a stack. */
export const MAX_PLAIN_BYTES = 64 * 1024;
