import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportFormats } from '../../src/report/formats.js';
import { packageVersion } from '../../src/run/package-version.js';
import { renderJson } from '../../src/report/json/json-format.js';
import { runCli } from '../support/cli.js';
import { cleanReport } from '../support/report.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'cyraudit-usage-'));
  writeFileSync(join(directory, 'good.json'), renderJson(cleanReport));
  writeFileSync(join(directory, 'text.json'), 'no json');
  writeFileSync(join(directory, 'other.json'), '{"a":1}');
  mkdirSync(join(directory, 'no-conf'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe('a wrong call gives one line with what to do, status 3, and writes nothing', () => {
  test.each<[string, string[], RegExp]>([
    ['unknown option', ['compare', '--bogus'], /unknown option '--bogus'.*--help/],
    ['unknown command', ['cmpare'], /unknown command 'cmpare'.*compare/],
    ['missing side', ['compare', 'DIR/no-conf'], /missing required argument 'replica'/],
    ['one argument too many', ['check', 'a', 'b'], /too many arguments/],
    ['unknown level', ['check', 'a', '--level', 'deep'], /index, files, content/],
    ['unknown class', ['check', 'a', '--fail-on', 'clean'], /safe, admin, halt/],
    ['no threads', ['check', 'a', '--threads', '0'], /from 1 to 256\. /],
    ['unknown format', ['check', 'a', '--report', 'xml'], /Use one of: text, json/],
    ['two reports on stdout', ['check', 'a', '--report', 'text', '--report', 'json'], /both go to stdout/],
    ['no such side', ['compare', 'DIR/gone', 'DIR/gone'], /gone.*imapd\.conf/],
    ['directory without imapd.conf', ['check', 'DIR/no-conf'], /no-conf.*imapd\.conf/],
    ['unknown code', ['explain', 'guid-missmatch'], /Did you mean .*guid-mismatch/],
    ['unlike any code', ['explain', 'xyzzy'], /Run cyraudit explain for the list/],
    ['no report', ['render', 'DIR/gone.json'], /gone\.json.*ENOENT/],
    ['directory as a report', ['render', 'DIR'], /a directory/],
    ['text as a report', ['render', 'DIR/text.json'], /not JSON/],
    ['other JSON as a report', ['render', 'DIR/other.json'], /not a report/],
    ['unknown question', ['gate', 'resum', 'a', 'b'], /failover, resume/],
    ['lists of a role change', ['gate', 'failover', 'a', 'b', '--into', 'x'], /--into: only gate resume writes lists/],
    ['a master that may run', ['gate', 'resume', 'a', 'b', '--master-is-down'], /only gate failover asks for it/],
    ['the answer of a gate as HTML', ['gate', 'resume', 'a', 'b', '--report', 'html'], /text or json.*json=FILE/],
    ['a gate without a replica', ['gate', 'failover', 'a'], /missing required argument 'replica'/],
    ['a gate of a part of the pair', ['gate', 'failover', 'a', 'b', '--user', 'fred'], /unknown option '--user'/],
    [
      'a gate with two reports on stdout',
      ['gate', 'resume', 'a', 'b', '--report', 'text', '--report', 'json'],
      /stdout/,
    ],
    ['a gate at no level', ['gate', 'resume', 'a', 'b', '--level', 'deep'], /index, files, content/],
    ['a gate that looks too often', ['gate', 'resume', 'a', 'b', '--recheck', '101'], /from 0 to 100/],
    ['a gate that may read nothing', ['gate', 'resume', 'a', 'b', '--io-limit', '0'], /from 1 to 100000/],
    ['a gate on a side that is gone', ['gate', 'resume', 'DIR/gone', 'DIR/gone'], /gone.*imapd\.conf/],
    ['a user and one side', ['verify-user', 'u', 'a'], /missing required argument 'replica'/],
    ['a user on a side that is gone', ['verify-user', 'u', 'DIR/gone', 'DIR/gone'], /gone.*imapd\.conf/],
    ['a user at no level', ['verify-user', 'u', 'a', 'b', '--level', 'deep'], /index, files, content/],
    ['no time', ['verify-user', 'u', 'a', 'b', '--deadline', '0'], /Expected a time such as 90s/],
    ['control characters', ['explain', '\u001b[31m\nx'], /\\x1b\[31m x/],
  ])('%s', (_, args, expected) => {
    const ran = runCli(args.map((arg) => arg.replace('DIR', directory)));
    expect(ran.stderr).toMatch(expected);
    expect(ran.stderr).toMatch(/^cyraudit: [^\n]+\n$/);
    expect(ran.stdout).toBe('');
    expect(ran.status).toBe(3);
    expect(readdirSync(directory).sort()).toEqual(['good.json', 'no-conf', 'other.json', 'text.json']);
  });
});

test('--version and --help succeed', () => {
  expect(runCli(['--version'])).toEqual({ status: 0, stdout: `${packageVersion}\n`, stderr: '' });
  for (const args of [
    ['--help'],
    ['compare', '--help'],
    ['check', '--help'],
    ['explain', '--help'],
    ['render', '--help'],
    ['inspect', '--help'],
    ['gate', '--help'],
    ['verify-user', '--help'],
  ]) {
    const { status, stdout, stderr } = runCli(args);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Examples?:/);
  }
});

test.each(['compare', 'check', 'render'])('%s --help names every report format and says what it is', (command) => {
  const { stdout } = runCli([command, '--help']);
  const inOneLine = (text: string) => text.replace(/\s+/g, ' ');
  const words = inOneLine(stdout);
  for (const { name, description } of reportFormats) expect(words).toContain(`${name} ${inOneLine(description)}`);
  const names = reportFormats.map(({ name }) => name);
  expect(words).toContain(`${names.slice(0, -1).join(', ')} or ${names.at(-1)!}, on stdout or into a file`);
});

test('without a command, the help goes to stderr with status 3', () => {
  const { status, stdout, stderr } = runCli([]);
  expect([status, stdout]).toEqual([3, '']);
  expect(stderr).toContain('Usage: cyraudit');
});

test('a saved report is rendered as text, and as the same JSON', () => {
  const file = join(directory, 'good.json');
  expect(runCli(['render', file]).stdout).toMatch(/^Replication may run: both sides hold the same state\.\n/);
  expect(runCli(['render', file, '--to', 'json']).stdout).toBe(renderJson(cleanReport));
});

test('colours are off where stdout is not a terminal, and on when forced', () => {
  expect(runCli(['explain']).stdout).not.toContain('\u001b[');
  expect(runCli(['explain', '--color'], { NO_COLOR: '1' }).stdout).toContain('\u001b[');
});
