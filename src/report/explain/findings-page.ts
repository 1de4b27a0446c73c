import type { FindingKind, SubjectName } from '../../findings/define.js';
import { CLASSES } from '../../model/effects.js';
import { CLASS_WORDS, explanationOf } from './explain.js';

/** In the order of the page. A record, so that no subject is left out of it. */
const SUBJECTS: Readonly<Record<SubjectName, string>> = {
  side: 'The machine of a side',
  list: 'The mailbox list, partitions and pending logs',
  server: 'Annotations of the server',
  user: 'Users',
  mailbox: 'Mailboxes',
  record: 'Messages',
  file: 'Message files',
  fault: 'Damage inside a file',
};

/** The page of all findings in Markdown: what `cyraudit explain CODE` prints, worst class first, with a table of contents. */
export function findingsPage(catalogue: ReadonlyMap<string, FindingKind>): string {
  const all = [...catalogue.values()];
  const contents: string[] = [];
  const chapters: string[] = [];
  for (const findingClass of CLASSES.toReversed()) {
    if (findingClass === 'clean') continue;
    contents.push('', `**${findingClass}**: ${CLASS_WORDS[findingClass]}`, '');
    chapters.push('', `## ${findingClass}`, '', `${sentence(CLASS_WORDS[findingClass])}.`);
    for (const [subject, name] of Object.entries(SUBJECTS)) {
      const members = all.filter(({ on, class: of }) => on === subject && of === findingClass);
      if (members.length === 0) continue;
      contents.push(`- ${name}`);
      contents.push(...members.map(({ code, title }) => `  - [${code}](#${code}): ${escaped(title)}`));
      for (const finding of members) chapters.push('', ...section(finding));
    }
  }
  return `${[
    '# Findings',
    '',
    '<!-- Generated from src/findings by npm run generate. Do not edit. -->',
    '',
    'Every finding that a report can have. `cyraudit explain CODE` prints the same. Commands that are named run as the user',
    '`cyrus` on the side that the text names; USER stands for a userid, MAILBOX for a name as an administrator types it:',
    '`user.fred.Sent`, or `user/fred/Sent` where `unixhierarchysep` is on (the default since Cyrus 3.0).',
    ...contents,
    ...chapters,
  ].join('\n')}\n`;
}

function section(finding: FindingKind): string[] {
  const lines = [
    `### ${finding.code}`,
    '',
    `**${escaped(finding.title)}.** Class ${finding.class}, since ${finding.since}.`,
  ];
  for (const { heading, text } of explanationOf(finding)) {
    if (heading === 'Example') lines.push('', `*${heading}:*`, '', '```text', text, '```');
    else lines.push('', `*${heading}:* ${escaped(text)}`);
  }
  return lines;
}

const sentence = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

/** Nothing in a text is markup. */
const escaped = (text: string): string => text.replace(/[\\`*[\]<>]|(?<!\w)_|_(?!\w)/g, '\\$&');
