import type { CommandDescription, OptionDescription, ProgramDescription } from './describe-program.js';
import type { HelpSection } from './help-sections.js';
import {
  DESCRIPTION,
  EXAMPLES,
  EXIT_STATUS,
  FURTHER_SECTIONS,
  MANUAL_DATE,
  SEE_ALSO,
  SHORT_DESCRIPTION,
  type ManualPart,
} from './manual-text.js';

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\e',
  // A hyphen that may be copied: options and codes of findings have it.
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

/** Nothing in it is markup. */
const roff = (text: string): string => text.replace(/[\\\-'"`^~]/g, (c) => ESCAPES[c]!);

/** A line that begins with a dot is a request. */
const noRequest = (line: string): string => (line.startsWith('.') ? `\\&${line}` : line);

const bold = (text: string): string => `\\fB${roff(text)}\\fR`;
const italic = (text: string): string => `\\fI${roff(text)}\\fR`;

/** Unit: characters of a line of the source, as mandoc likes it. */
const WIDTH = 80;

/** Running text, whose lines stay apart. */
const prose = (text: string): string => text.split('\n').map(line).join('\n.br\n');

/** What is typed as it stands is bold: options, and the names of other manual pages. */
function line(text: string): string {
  const formatted = text
    .split(/((?<![\w-])--?[a-z][\w-]*|\b[a-z_.]+(?=\(\d\)))/)
    .map((part, n) => (n % 2 === 1 ? bold(part) : roff(part)))
    .join('');
  // A new sentence begins a new line: groff sets the space after it.
  const sentences = formatted.split(/(?<=[.?]\)?) (?=\(?[A-Z])/);
  return sentences.flatMap((sentence) => filled(sentence)).join('\n');
}

function filled(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && longer.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(noRequest(word));
  }
  return lines;
}

function part(content: ManualPart): string[] {
  if (typeof content === 'string') return ['.PP', prose(content)];
  return content.flatMap(([term, text]) => ['.TP', bold(term), prose(text)]);
}

const section = (title: string, parts: readonly ManualPart[]): string[] => {
  // The first paragraph follows its heading without a macro.
  const lines = parts.flatMap(part);
  return [`.SH ${title}`, ...(lines[0] === '.PP' ? lines.slice(1) : lines)];
};

const asTyped = (lines: readonly string[]): string[] => [
  '.PP',
  '.in +4n',
  '.EX',
  ...lines.map((typed) => noRequest(roff(typed))),
  '.EE',
  '.in',
];

/** `--level <level>` with what is typed as it stands in bold. */
function flags({ names, value }: OptionDescription): string {
  return names.map(bold).join(', ') + (value === undefined ? '' : ` ${italic(value.name)}`);
}

const options = ({ options: all }: Pick<CommandDescription, 'options'>): string[] =>
  all.flatMap((option) => ['.TP', flags(option), prose(sentence(option.help))]);

function synopsis({ name, arguments: all, options: { length } }: CommandDescription): string {
  const operands = all.map((argument) => {
    const text = `${italic(argument.name)}${argument.isVariadic ? ' ...' : ''}`;
    return argument.isRequired ? text : `[${text}]`;
  });
  return [bold(`cyraudit ${name}`), ...(length > 0 ? [`[${italic('options')}]`] : []), ...operands].join(' ');
}

function commandSection(command: CommandDescription): string[] {
  return [
    `.SS ${roff(command.name)}`,
    synopsis(command),
    '.PP',
    prose(sentence(command.help)),
    ...command.arguments.flatMap(({ name, help }) => (help === '' ? [] : ['.TP', italic(name), prose(sentence(help))])),
    ...options(command),
    ...command.sections
      .filter(({ title }) => title === undefined)
      .flatMap(({ lines, terms }) => (terms === undefined ? part(lines.join(' ')) : termList(terms))),
  ];
}

/** A help text as a sentence. The name of a file or of a value at its beginning stays as it is. */
function sentence(text: string): string {
  const isName = /^\S*[.:]\S*( |$)/.test(text);
  return `${isName ? text[0]! : text[0]!.toUpperCase()}${text.slice(1).replace(/(?<!\.)$/, '.')}`;
}

const isExample = (title: string): boolean => /^Examples?$/.test(title);

/** Titled paragraphs of the help that are no examples: each once, however many commands have it. */
function helpSections(commands: readonly CommandDescription[]): string[] {
  const all = new Map<string, HelpSection>();
  for (const section of commands.flatMap(({ sections }) => sections))
    if (section.title !== undefined && !isExample(section.title)) all.set(section.title, section);
  return [...all].flatMap(([title, { lines, terms }]) => [
    `.SH ${roff(title.toUpperCase())}`,
    ...(terms === undefined ? asTyped(lines).slice(1) : termList(terms)),
  ]);
}

/** The help's second column, as sentences. */
const termList = (terms: NonNullable<HelpSection['terms']>): string[] =>
  part(terms.map(([term, text]) => [term, sentence(text)] as const));

function examples(commands: readonly CommandDescription[]): string[] {
  const ofHelp = commands.flatMap(({ name, sections }) =>
    sections
      .filter(({ title }) => title !== undefined && isExample(title))
      .flatMap(({ lines }) => ['.PP', `More of ${bold(name)}:`, ...asTyped(lines)]),
  );
  const first = EXAMPLES.flatMap(([text, command]) => ['.PP', prose(text), ...asTyped(command.split('\n'))]);
  return ['.SH EXAMPLES', ...first.slice(1), ...ofHelp];
}

/** The manual page in man(7): groff and mandoc read it. */
export function manualPage(program: ProgramDescription): string {
  const { commands } = program;
  return `${[
    '.\\" Generated from src/cli and scripts/system by npm run generate. Do not edit.',
    `.TH CYRAUDIT 8 ${MANUAL_DATE} "cyraudit ${program.version}" "System Administration"`,
    '.SH NAME',
    `cyraudit \\- ${roff(SHORT_DESCRIPTION)}`,
    '.SH SYNOPSIS',
    ...commands.flatMap((command, n) => [...(n === 0 ? [] : ['.br']), synopsis(command)]),
    ...section('DESCRIPTION', DESCRIPTION),
    '.SH OPTIONS',
    `Those of ${bold('cyraudit')} itself; each command has its own.`,
    ...options(program),
    '.SH COMMANDS',
    ...commands.flatMap(commandSection),
    ...helpSections(commands),
    ...section('EXIT STATUS', EXIT_STATUS),
    ...FURTHER_SECTIONS.flatMap(({ title, parts }) => section(title, parts)),
    ...examples(commands),
    '.SH SEE ALSO',
    prose(SEE_ALSO),
  ].join('\n')}\n`;
}
