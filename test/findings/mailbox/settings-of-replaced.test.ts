import { describe, expect, test } from 'vitest';
import type { MailboxSubject } from '../../../src/findings/mailbox/mailbox-subject.js';
import { settingsOfReplaced } from '../../../src/findings/mailbox/settings-of-replaced.js';

interface Settings {
  readonly acl?: string;
  readonly options?: number;
  readonly pop3ShowAfter?: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

const parts = ({ acl = 'ada lrswipkxtecdan', options = 1, pop3ShowAfter = 0, annotations = {} }: Settings) => {
  const words = acl.split(' ');
  const entries = words.flatMap((identifier, n) => (n % 2 === 0 ? [{ identifier, rights: words[n + 1]! }] : []));
  return { acl: entries, head: { options, pop3ShowAfter, annotations: new Map(Object.entries(annotations)) } };
};

function subject(master: Settings, replica: Settings): MailboxSubject {
  const { acl, head } = parts(master);
  return { master: { mbentry: { acl }, head }, conflict: { refused: false, ...parts(replica) } } as never;
}

test.each<[string, Settings, Settings, string[]]>([
  ['as they were made', {}, {}, []],
  ['rights of the replica', {}, { acl: 'ada lrswipkxtecdan ben lrs' }, ['acl ben lrs']],
  ['more rights on the master', { acl: 'ada lrswipkxtecdan ben lrs' }, {}, []],
  ['fewer on the master', { acl: 'ada lrswipkxtecdan ben l' }, { acl: 'ada lrsw ben lr' }, ['acl ben lr']],
  ['rights withheld on the replica', {}, { acl: 'ada lrswipkxtecdan -ben lr' }, ['acl -ben lr']],
  ['an option of the replica', {}, { options: 5 }, ['options']],
  ['an option of the master', { options: 5 }, {}, []],
  ['an option of both', { options: 5 }, { options: 5 }, []],
  ['an option taken away on the replica', {}, { options: 0 }, ['options']],
  ['an option taken away on the master', { options: 0 }, {}, []],
  ['POP3 from a day on', {}, { pop3ShowAfter: 7 }, ['pop3showafter']],
  ['the same on both', { pop3ShowAfter: 7 }, { pop3ShowAfter: 7 }, []],
  ['an annotation of the replica', {}, { annotations: { '/comment ada': 'a' } }, ['/comment ada']],
  ['an annotation of the master', { annotations: { '/comment ada': 'a' } }, {}, []],
  [
    'another value',
    { annotations: { '/specialuse ada': '\\Sent' } },
    { annotations: { '/specialuse ada': '\\Trash' } },
    ['/specialuse ada'],
  ],
  ['the same value', { annotations: { '/comment ': 'a' } }, { annotations: { '/comment ': 'a' } }, []],
])('settings that are lost: %s', (_, master, replica, lost) => {
  expect(settingsOfReplaced(subject(master, replica))).toEqual(lost);
});

describe('nothing of the master is known', () => {
  const { conflict } = subject({}, { acl: 'ada lr', annotations: { '/comment ada': 'a' } });
  const unread = { master: { mbentry: { acl: [] } }, conflict } as never as MailboxSubject;

  test('what the replica has counts as lost', () => {
    expect(settingsOfReplaced(unread)).toEqual(['acl ada lr', '/comment ada']);
  });

  test('unless it is not replaced', () => {
    expect(settingsOfReplaced({ ...unread, conflict: { ...conflict!, refused: true } })).toBeUndefined();
  });
});
