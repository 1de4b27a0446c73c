/**
 * Names that clients and servers give to flags, and what a flipped bit makes of them. A keyword is any word that somebody
 * chose: only what nobody would choose is told apart here.
 */

/** The flags of IMAP itself. A client cannot create another name that begins with a backslash. Source: RFC 9051 2.3.2. */
const SYSTEM_NAMES = ['\\Answered', '\\Flagged', '\\Deleted', '\\Draft', '\\Seen', '\\Recent'];

/** Keywords that programs set by themselves, so that many mailboxes have them. Source: IANA registry, RFC 5788, RFC 9979. */
const KEYWORDS = [
  ...['$Forwarded', '$MDNSent', '$Junk', '$NotJunk', '$Phishing', '$Submitted', '$SubmitPending', '$Important'],
  ...['$Label1', '$Label2', '$Label3', '$Label4', '$Label5', '$HasAttachment', '$HasNoAttachment', '$AutoSent'],
  ...['$CanUnsubscribe', '$Unsubscribed', '$Followed', '$HasMemo', '$Imported', '$IsTrusted', '$MaskedEmail', '$Memo'],
  ...[
    '$MailFlagBit0',
    '$MailFlagBit1',
    '$MailFlagBit2',
    '$Muted',
    '$New',
    '$Notify',
    '$Answered',
    '$Flagged',
    '$Draft',
  ],
  ...['Forwarded', 'Redirected', 'JunkRecorded', 'NonJunk', 'NotJunk', 'Junk'],
];

/** Names seen elsewhere: never taken for damage, and too rare or too close to words to look for damage of them. */
const OTHER_NAMES = [
  ...['\\Forwarded', '\\Snoozed', '\\Important', '\\Junk', '\\Starred', '$Seen', '$Deleted', '$Recent', '$Sent'],
  ...[
    '$Replied',
    '$Redirected',
    '$Queued',
    '$Error',
    '$Signed',
    '$Encrypted',
    '$Todo',
    '$Watched',
    '$Ignored',
    '$Spam',
  ],
  ...['$NonJunk', '$NonSpam', '$Attachment', '$HasInvitation', '$Invitation', '$IsMailingList', '$IsNotification'],
  ...['$HasTD', '$Snoozed', '$Starred', '$Urgent', '$Work', '$Personal', '$Later', '$Label0', '$Label6', '$Label7'],
  ...['$LabelImportant', '$LabelWork', '$LabelPersonal', '$LabelToDo', '$LabelLater', '$X-ME-Annot-1', '$X-ME-Annot-2'],
  ...['NoJunk', 'NotSpam', 'NonSpam', 'Spam', 'Old', 'Unwanted', 'Forward', 'Replied', 'Receipt-Handled', 'MDNSent'],
  ...['Important', 'Attachment', 'HasAttachment', 'Follow-Up', 'ToDo', 'Urgent', 'Personal'],
];

const ALL = [...SYSTEM_NAMES, ...KEYWORDS, ...OTHER_NAMES];
const asWritten: ReadonlySet<string> = new Set(ALL);
/** Names of flags are the same in any case. */
const folded: ReadonlySet<string> = new Set(ALL.map((name) => name.toLowerCase()));

/** Below this length a letter in place of another makes a word too easily: `$Sent` and `$Send`, `$Junk` and `$Juno`. */
const SHORT_NAME = 7;
/** Below this length a name without `$` or backslash may be anybody's word. */
const SHORT_WORD = 8;

let damagedNames: ReadonlyMap<string, string> | undefined;

/**
 * The known name that this one was before a bit of it flipped, or undefined. For a name that begins with a backslash two
 * bits of one character will do, as nobody can have chosen it: `\snswered`.
 */
export function nameBeforeBitFlip(name: string): string | undefined {
  if (asWritten.has(name)) return undefined;
  const key = name.toLowerCase();
  if (folded.has(key)) return undefined;
  // Some thousand names, made when the first unusual one is met.
  damagedNames ??= makeDamagedNames();
  return damagedNames.get(key);
}

function makeDamagedNames(): ReadonlyMap<string, string> {
  const damaged = new Map<string, string>();
  for (const known of [...SYSTEM_NAMES, ...KEYWORDS]) {
    if (!/^[$\\]/.test(known) && known.length < SHORT_WORD) continue;
    // In the stored name each letter may have been large or small.
    for (const spelling of [known.toLowerCase(), known.toUpperCase()]) {
      for (let at = 0; at < known.length; at++) {
        for (const flip of at > 0 && known.startsWith('\\') ? ONE_OR_TWO_BITS : ONE_BIT) {
          const was = spelling[at]!;
          const is = String.fromCharCode(was.charCodeAt(0) ^ flip);
          const key = `${spelling.slice(0, at)}${is}${spelling.slice(at + 1)}`.toLowerCase();
          if (!folded.has(key) && !damaged.has(key) && isTelling(known, at, was, is)) damaged.set(key, known);
        }
      }
    }
  }
  return damaged;
}

const ONE_BIT = Array.from({ length: 8 }, (_, bit) => 1 << bit);
const ONE_OR_TWO_BITS = ONE_BIT.flatMap((a) => ONE_BIT.filter((b) => b >= a).map((b) => a | b));

/** False when somebody may well have meant the name as it is. */
function isTelling(known: string, at: number, was: string, is: string): boolean {
  if (known.startsWith('\\') && at > 0) return true;
  if (isDigit(was) && isDigit(is)) return false;
  // Without its mark it is a word.
  if (at === 0) return known.length >= SHORT_WORD || !/[A-Za-z0-9]/.test(is);
  return known.length >= SHORT_NAME || !(isLetter(was) && isLetter(is));
}

const isDigit = (c: string): boolean => c >= '0' && c <= '9';
const isLetter = (c: string): boolean => /^[A-Za-z]$/.test(c);
