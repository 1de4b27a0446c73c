import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameBeforeBitFlip } from '../../../src/formats/mailbox-header/known-flag-names.js';
import { parseMailboxHeader } from '../../../src/formats/mailbox-header/mailbox-header.js';
import { encodeMailboxHeader } from '../../support/encode/encode-mailbox-header.js';

/** Keywords that real clients, servers and their plug-ins set. */
const KEYWORDS = `$Forwarded $MDNSent $Junk $NotJunk $Phishing $Submitted $SubmitPending $Important $HasAttachment
$HasNoAttachment $AutoSent $CanUnsubscribe $Unsubscribed $Followed $HasMemo $Imported $IsTrusted $MaskedEmail $Memo
$MailFlagBit0 $MailFlagBit1 $MailFlagBit2 $Muted $New $Notify $label0 $label1 $label2 $label3 $label4 $label5 $label6
$label7 $label8 $label9 $Labelimportant $Labelwork $Labelpersonal $Labeltodo $Labellater $X-ME-Annot-1 $X-ME-Annot-2
$IsMailingList $IsNotification $HasTD $TODO $WATCHED $IGNORED $REPLIED $SENT $QUEUED $ERROR $INVITATION $ATTACHMENT
$ENCRYPTED $SIGNED $SPAM $NonSpam $Answered $Flagged $Seen $Draft $Completed $Category1 $Category2 $Classified $Snoozed
$NotSpam $Redirected $Deleted $Send $Juno $Hunk $Mutes Junk NonJunk NotJunk NoJunk JunkRecorded Forwarded Redirected Old
Unwanted receipt-handled gnus-save gnus-expire gnus-forward gnus-dormant has_cal unread_tag todo work personal later
important urgent follow-up family travel invoices Completed TODO zz_label1 NonSpam Spam Label1 label2 Important
Attachment Encrypted Submitted Followed Imported Notified FOLLOWUP DMARC-fail SpamAssassin bayes-learned xyz-dept
\\Answered \\Flagged \\Deleted \\Draft \\Seen \\Recent \\Snoozed \\Important \\Junk \\Starred \\Muted`.split(/\s+/);

test('no name in use is ever taken for a damaged one, in any case', () => {
  expect(new Set(KEYWORDS).size).toBeGreaterThan(100);
  for (const name of KEYWORDS) {
    const told = [name, name.toLowerCase(), name.toUpperCase()].map(nameBeforeBitFlip);
    expect([name, ...told]).toEqual([name, undefined, undefined, undefined]);
  }
});

test('nor any word of letters and digits below eight characters', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,7}$/), (name) => nameBeforeBitFlip(name) === undefined),
    { numRuns: 2000 },
  );
});

const isLetter = (c: string): boolean => /^[a-z]$/i.test(c);
const isDigit = (c: string): boolean => /^\d$/.test(c);

describe.each([
  '\\Answered',
  '\\Flagged',
  '\\Deleted',
  '$Forwarded',
  '$MDNSent',
  '$NotJunk',
  '$Phishing',
  '$SubmitPending',
  '$Label1',
  '$Important',
  '$MailFlagBit0',
])('%s', (known) => {
  test('every flipped bit shows that no rule takes out', () => {
    let shown = 0;
    for (let at = 0; at < known.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const was = known[at]!;
        const is = String.fromCharCode(was.charCodeAt(0) ^ (1 << bit));
        const name = `${known.slice(0, at)}${is}${known.slice(at + 1)}`;
        const isCase = isLetter(was) && bit === 5;
        const isOtherDigit = isDigit(was) && isDigit(is);
        const isWord = at === 0 && /[A-Za-z0-9]/.test(is) && known.length < 8;
        const expected = isCase || isOtherDigit || isWord ? undefined : known;
        expect([name, nameBeforeBitFlip(name)]).toEqual([name, expected]);
        if (expected !== undefined) shown++;
      }
    }
    expect(shown).toBeGreaterThan(known.length * 6);
  });

  test('two characters that differ do not', () => {
    const index = fc.nat(known.length - 1);
    fc.assert(
      fc.property(index, index, fc.nat(7), fc.nat(7), (a, b, first, second) => {
        // The case bit of a letter is no difference, and another digit may make another known name.
        fc.pre(a !== b && first !== 5 && second !== 5 && ![known[a]!, known[b]!].some(isDigit));
        const codes = Array.from(known, (c) => c.charCodeAt(0));
        codes[a]! ^= 1 << first;
        codes[b]! ^= 1 << second;
        expect(nameBeforeBitFlip(String.fromCharCode(...codes))).toBeUndefined();
      }),
    );
  });
});

test.each([
  // Two bits: nobody can have set a name that begins with a backslash.
  ['\\snswered', '\\Answered'],
  ['\\Snswered', '\\Answered'],
  ['$snswered', undefined],
  ['$Forwardee', '$Forwarded'],
  ['$gorwarded', '$Forwarded'],
  ['$Label5', undefined],
  ['$Label7', undefined],
  ['$Laber1', undefined],
  ['$Label!', '$Label1'],
  ['$Juno', undefined],
  ['$Jun+', '$Junk'],
  ['dJunk', undefined],
  ['%Junk', '$Junk'],
  ['Forwardee', 'Forwarded'],
  ['NonKunk', undefined],
])('%s', (name, known) => {
  expect(nameBeforeBitFlip(name)).toBe(known);
});

test.each(['dlist', 'text'] as const)(
  'a header in %s form names the flag as a fault and is read all the same',
  (form) => {
    const userFlags = ['$Label1', undefined, '$Forwardee'];
    const bytes = encodeMailboxHeader({ mboxname: 'user.ada', uniqueid: 'abc', acl: [], userFlags }, form);
    const { value, faults } = parseMailboxHeader(bytes, 'h');
    expect(value?.userFlags).toEqual(userFlags);
    expect(faults).toEqual([
      { code: 'header-flag-name', file: 'h', offset: 115, expected: '$Forwarded', actual: '$Forwardee' },
    ]);
  },
);

test.each(['dlist', 'text'] as const)('a name in two places of the %s form is a fault, whatever its case', (form) => {
  const userFlags = ['$Label1', 'Work', undefined, '$label1'];
  const bytes = encodeMailboxHeader({ mboxname: 'user.ada', uniqueid: 'abc', acl: [], userFlags }, form);
  expect(parseMailboxHeader(bytes, 'h').faults).toEqual([
    { code: 'header-flag-twice', file: 'h', offset: 115, expected: 'each flag name once', actual: '$label1' },
  ]);
});
