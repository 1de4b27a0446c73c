import { describe, expect, test } from 'vitest';
import { catalogue } from '../../../src/findings/catalogue.js';
import { placeholders, remedySteps } from '../../../src/report/html/remedy-steps.js';

const commandsOf = (remedy: string): string[] =>
  remedySteps(remedy).flatMap(({ commands }) =>
    commands.map(
      ({ words, prompt, isToRun }) => `${prompt === 'cyradm' ? 'cyradm> ' : ''}${words}${isToRun ? ' !' : ''}`,
    ),
  );

describe('commands are found in sentences', () => {
  test.each<[string, string[]]>([
    ['If new UIDs are acceptable, run sync_client -u USER, then audit again.', ['sync_client -u USER !']],
    ['Run reconstruct -V max MAILBOX on this side.', ['reconstruct -V max MAILBOX !']],
    [
      'Run sync_client -u USER on the master and quota -f -u USER on the replica.',
      ['sync_client -u USER !', 'quota -f -u USER !'],
    ],
    ['Correct the usage: quota -f.', ['quota -f']],
    ['Deliver it again (deliver -q USER < FILE).', ['deliver -q USER < FILE']],
    ['First ctl_mboxlist -d > list.json, then look.', ['ctl_mboxlist -d > list.json']],
    [
      'Delete it (cyradm: setaclmailbox MAILBOX ADMIN x, then deletemailbox MAILBOX).',
      ['cyradm> setaclmailbox MAILBOX ADMIN x', 'cyradm> deletemailbox MAILBOX'],
    ],
    ['Look: cyr_dbtool CONFDIR/mailboxes.db twoskip show prints it.', ['cyr_dbtool CONFDIR/mailboxes.db twoskip show']],
    ['Run sync_client -u USER and run sync_client -u USER once more.', ['sync_client -u USER !']],
  ])('%s', (remedy, commands) => {
    expect(commandsOf(remedy)).toEqual(commands);
  });
});

describe('what is no advice is no command', () => {
  test.each([
    'Do not run reconstruct MAILBOX before that.',
    'Do not use sync_client -O: it repairs nothing here.',
    'Do not start replication and do not run reconstruct MAILBOX.',
    'Nothing: ctl_cyrusdb -r does so at its next start.',
    'reconstruct the mailbox on this side.',
    'It is gone before sync_client -u runs for the user.',
    'Load it with ctl_mboxlist -u, and look again.',
    'The quota of the replica would replace it.',
    'With the server running constructor MAILBOX is not called.',
  ])('%s', (remedy) => {
    expect(commandsOf(remedy)).toEqual([]);
  });
});

describe('a warning is known, and all that it forbids', () => {
  test.each<[string, string[]]>([
    ['Do not run reconstruct before that: it drops the record.', ['reconstruct']],
    [
      'Do not run reconstruct or cyr_expire on this side before that: sync_client may run.',
      ['reconstruct', 'cyr_expire'],
    ],
    ['Do not run sync_client -u for this user, and look at it.', ['sync_client']],
  ])('%s', (remedy, forbids) => {
    expect(remedySteps(`Look at it. ${remedy}`)[1]).toMatchObject({ isWarning: true, forbids });
  });
});

test('placeholders are the words in capitals', () => {
  expect(placeholders('deliver -q USER < FILE')).toEqual(['USER', 'FILE']);
  expect(placeholders('sync_client -A')).toEqual([]);
});

describe.each([...catalogue.values()])('$code', ({ remedy }) => {
  const steps = remedySteps(remedy);

  test('loses no word of its remedy', () => {
    expect(steps.map(({ text }) => text).join(' ')).toBe(remedy);
  });

  test('has every command of its remedy in a block', () => {
    // A program with what is filled in behind it, found without the grammar of the code under test.
    const named = /(?:sync_client|reconstruct|quota|cyr_expire|unexpunge|deliver|mbpath)(?: -[A-Za-z]+)* [A-Z]{4,}/g;
    for (const { text, isWarning, commands } of steps) {
      if (isWarning || /do not run/i.test(text)) continue;
      const found = commands.map(({ words }) => words);
      for (const [words] of text.matchAll(named)) expect(found).toContainEqual(expect.stringContaining(words));
    }
  });

  test('has no command whose text the remedy does not hold', () => {
    for (const { text, commands } of steps)
      for (const { words } of commands) expect(text.replace(/[(]/g, '')).toContain(words);
  });
});
