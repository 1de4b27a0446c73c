import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeProgram } from '../../scripts/system/describe-program.js';
import { manualPage } from '../../scripts/system/manual-page.js';
import { makeProgram } from '../../src/cli/make-program.js';
import { FORMAT_DESCRIPTIONS } from '../../src/report/format-descriptions.js';

const file = join(import.meta.dirname, '../../man/cyraudit.8');
const source = readFileSync(file, 'utf8');
const program = makeProgram();
const commands = program.createHelp().visibleCommands(program);

/** The text of a section, with all that is markup taken away. */
function textOf(heading: string): string {
  const lines = source.split('\n');
  const start = lines.findIndex((line) => line.replaceAll('\\-', '-') === heading);
  expect(start, heading).toBeGreaterThan(0);
  const end = lines.findIndex((line, n) => n > start && /^\.S[HS] /.test(line));
  const text = lines.slice(start + 1, end < 0 ? undefined : end).join('\n');
  return text.replace(/\\f[BIR]/g, '').replaceAll('\\-', '-');
}

test('the sections of a manual page are there', () => {
  const headings = source.match(/(?<=^\.SH ).*/gm);
  const wanted = ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'COMMANDS', 'EXIT STATUS', 'FILES', 'EXAMPLES', 'SEE ALSO'];
  expect(headings?.filter((heading) => wanted.includes(heading))).toEqual(wanted);
});

describe('all that --help lists is in the section of its command', () => {
  test.each(program.commands.map((command) => [command.name(), command] as const))('%s', (name, command) => {
    // Arguments and options: what stands at the beginning of a line, up to its explanation.
    const listed = command.helpInformation().match(/(?<=^ {2})\S.*?(?= {2}|$)/gm) ?? [];
    expect(listed.length).toBeGreaterThan(2);
    const terms = listed.map((term) => term.replace(/[<>]/g, ''));
    const lines = textOf(`.SS ${name}`).split('\n');
    for (const term of terms) expect(lines, term).toContain(term);
  });

  test('cyraudit', () => {
    const lines = textOf('.SH OPTIONS').split('\n');
    for (const option of ['-V, --version', '-h, --help']) expect(lines).toContain(option);
    const synopsis = textOf('.SH SYNOPSIS');
    for (const command of commands) expect(synopsis).toMatch(new RegExp(`^cyraudit ${command.name()}\\b`, 'm'));
  });

  test('report formats, once', () => {
    const terms = textOf('.SH REPORT FORMATS').split('\n');
    for (const name of Object.keys(FORMAT_DESCRIPTIONS)) expect(terms.filter((term) => term === name)).toEqual([name]);
  });

  test('examples', () => {
    const text = textOf('.SH EXAMPLES').replaceAll('\\(aq', "'");
    expect(text).toContain("cyraudit compare master/ replica/ --user 'a*' --quiet\n");
    expect(text).toContain('cyraudit inspect --ndjson mailboxes.db | grep user.fred\n');
  });
});

const CHECKERS: readonly (readonly [program: string, args: readonly string[]])[] = [
  ['mandoc', ['-T', 'lint']],
  ['groff', ['-man', '-ww', '-z', '-Tutf8']],
  ['man', ['--warnings', '-l']],
];
describe.each(CHECKERS)('%s', (checker, args) => {
  const isInstalled = spawnSync('sh', ['-c', `command -v ${checker}`]).status === 0;
  const run = (page: string) =>
    spawnSync(checker, [...args, page], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '80', MANPAGER: 'cat' },
    });

  test.skipIf(!isInstalled)('has nothing to say against it', () => {
    const { status, stdout, stderr } = run(file);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    if (checker !== 'man') expect(stdout).toBe('');
    else expect(stdout.replace(/.\x08/g, '')).toMatch(/^ {7}--level level$/m);
  });
});

test('no text is taken for markup', () => {
  const hostile = makeProgram();
  hostile.command('odd').description('.TH it\'s\\n "a" -b').option('--root <dir>', ".so /etc/passwd \\fB 'x'");
  const page = manualPage(describeProgram(hostile));
  const section = page.slice(page.indexOf('.SS odd'), page.indexOf('.SS help'));
  expect(section).toContain('\\&.TH it\\(aqs\\en \\(dqa\\(dq \\fB\\-b\\fR.\n');
  expect(section).toContain('\\&.so /etc/passwd \\efB \\(aqx\\(aq.\n');
});
