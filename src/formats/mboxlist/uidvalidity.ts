/** UIDs and uidvalidities are numbers of 32 bits. Source: RFC 9051 section 2.3.1; mbentry_t, imap/mboxlist.h 3.6.1. */
export const MAX_UIDVALIDITY = 0xffff_ffff;
