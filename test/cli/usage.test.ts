import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportFormats } from '../../src/report/formats.js';
import { packageVersion } from '../../src/run/package-version.js';
import { renderJson } from '../../src/report/json/json-format.js';
import { runCli } from '../support/cli.js';
import { unpackPair, type UnpackedPair } from '../support/fixture.js';
import { cleanReport } from '../support/report.js';

let directory: string;
let before: string[];
let pair: UnpackedPair;
beforeAll(async () => {
  pair = await unpackPair('clean', 'made');
  directory = mkdtempSync(join(tmpdir(), 'cyraudit-usage-'));
  writeFileSync(join(directory, 'good.json'), renderJson(cleanReport));
  writeFileSync(join(directory, 'text.json'), 'no json');
  writeFileSync(join(directory, 'other.json'), '{"a":1}');
  mkdirSync(join(directory, 'no-conf'));
  writeFileSync(join(directory, 'empty'), '');
  writeFileSync(join(directory, 'check.json'), renderJson({ ...cleanReport, command: 'check' }));
  writeFileSync(join(directory, 'cut.json'), renderJson(cleanReport).slice(0, 60));
  const accept = (entry: object): string =>
    JSON.stringify({ accepted: [{ code: 'guid-mismatch', reason: 'r', expires: '2999-12-31', ...entry }] });
  writeFileSync(join(directory, 'accept-halt.json'), accept({ code: 'mboxlist-damaged' }));
  writeFileSync(join(directory, 'accept-code.json'), accept({ code: 'guid-missmatch' }));
  writeFileSync(join(directory, 'accept-date.json'), accept({ expires: 'soon' }));
  writeFileSync(join(directory, 'accept-key.json'), accept({ until: 1 }));
  cpSync(pair.master, join(directory, 'side'), { recursive: true, preserveTimestamps: true });
  before = readdirSync(directory).sort();
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await pair.dispose();
});

const SIDES = ['DIR/side', 'REPLICA'];
const COMPARE = ['compare', ...SIDES];

describe('a wrong call gives one line with what to do, status 3, and writes nothing', () => {
  test.each<[string, string[], RegExp]>([
    ['unknown option', ['compare', '--bogus'], /unknown option '--bogus'.*--help/],
    ['unknown command', ['cmpare'], /unknown command 'cmpare'.*compare/],
    ['missing side', ['compare', 'DIR/no-conf'], /missing required argument 'replica'. Run cyraudit compare --help/],
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
    ['lists of a role change', ['gate', 'failover', ...SIDES, '--into', 'x'], /--into: only gate resume writes lists/],
    ['a master that may run', ['gate', 'resume', ...SIDES, '--master-is-down'], /only gate failover asks for it/],
    [
      'the answer of a gate as HTML',
      ['gate', 'resume', ...SIDES, '--report', 'html'],
      /--report html: no report format is called 'html'.*Use one of: text, json/,
    ],
    ['a gate on a side that is gone', ['gate', 'resume', 'DIR/gone', 'DIR/gone'], /gone.*imapd\.conf/],
    [
      'no list of accepted findings',
      [...COMPARE, '--accept', 'DIR/gone.json'],
      /gone\.json: expected a list .*no such file/,
    ],
    [
      'one that is no JSON',
      [...COMPARE, '--accept', 'DIR/text.json'],
      /text\.json: .*not JSON from line 1, column 2 on: "o j/,
    ],
    [
      'one of another form',
      [...COMPARE, '--accept', 'DIR/other.json'],
      /--accept .*other\.json: .*property 'accepted'/,
    ],
    [
      'one with a key of its own',
      [...COMPARE, '--accept', 'DIR/accept-key.json'],
      /accepted\/0 must NOT .*found "until"/,
    ],
    ['one without a day', [...COMPARE, '--accept', 'DIR/accept-date.json'], /accepted\/0\/expires .*found "soon"/],
    ['one of an unknown code', [...COMPARE, '--accept', 'DIR/accept-code.json'], /accepted\/0: no finding is called/],
    [
      'one with halt',
      [...COMPARE, '--accept', 'DIR/accept-halt.json'],
      /mboxlist-damaged is of class halt, which cannot/,
    ],
    ['no report as a baseline', [...COMPARE, '--baseline', 'DIR/text.json'], /text\.json: expected a JSON report/],
    [
      'a baseline of another pair',
      [...COMPARE, '--baseline', 'DIR/good.json'],
      /--baseline .*good\.json: .*expected sides .*, found master m,/,
    ],
    [
      'hashing where none is',
      [...COMPARE, '--hash-since', '7d'],
      /--hash-since: nothing is hashed at level files\. Use/,
    ],
    [
      'a time to come',
      [...COMPARE, '--hash-since', '2999-01-01'],
      /'2999-01-01' is invalid\. Expected a time in the past/,
    ],
    ['no speed', [...COMPARE, '--io-limit', '0'], /from 1 to 100000/],
    [
      'a report below a file',
      [...COMPARE, '--report', 'json=DIR/empty/x'],
      /empty\/x: expected a place .*found a file where/,
    ],
    [
      'a report in no directory',
      [...COMPARE, '--report', 'json=DIR/gone/x'],
      /gone\/x: .*found no such file or directory/,
    ],
    ['a format misspelt', [...COMPARE, '--report', 'htm=x'], /--report htm=x: no report format is called 'htm'/],
    [
      'a report that was cut off',
      ['render', 'DIR/cut.json'],
      /cut\.json: .*found the beginning of JSON, which ends at line \d+, column \d+\./,
    ],
    ['nothing as a report', ['render', 'DIR/empty'], /empty: expected a JSON report, found nothing\./],
    ['a plan of nothing', ['plan'], /missing required argument 'report\.json'/],
    ['a plan into nothing', ['plan', 'DIR/good.json'], /plan: no directory to write to/],
    [
      'a plan of a check',
      ['plan', 'DIR/check.json', '--into', 'DIR'],
      /check\.json: expected a report of compare.*found one of check/,
    ],
    [
      'a plan of no report',
      ['plan', 'DIR/gone.json', '--into', 'DIR'],
      /gone\.json: expected a JSON report, found no such/,
    ],
    [
      'lists into a file',
      ['gate', 'resume', ...SIDES, '--into', 'DIR/empty'],
      /--into .*empty: expected a directory for the lists, found a file\./,
    ],
    [
      'lists into nowhere',
      ['gate', 'resume', ...SIDES, '--into', 'DIR/gone'],
      /--into .*gone: .*no such file or directory/,
    ],
    [
      'lists into a side',
      ['gate', 'resume', ...SIDES, '--into', 'DIR/side/conf'],
      /conf: expected a place outside both sides/,
    ],
    ['a file as a side', ['check', 'DIR/empty'], /empty: no configdirectory/],
    ['a part of a side', ['check', 'DIR/side/conf'], /conf: a directory without an imapd\.conf/],
    ['one side twice, for a salvage', ['salvage', 'DIR/side', 'DIR/side'], /are the same side/],
    ['one side twice, for a gate', ['gate', 'failover', 'DIR/side', 'DIR/side'], /are the same side/],
    ['a salvage into a side', ['salvage', ...SIDES, '--export', 'DIR/side/x'], /expected a place outside both sides/],
    [
      'a salvage of everything',
      ['salvage', ...SIDES, '--include', 'all'],
      /Allowed choices are expunged, deleted, flags/,
    ],
    ['nowhere to reinject to', ['reinject', 'DIR/good.json'], /required option '--to <url>'/],
    ['a user of neither side', ['verify-user', 'zed', ...SIDES], /user zed: neither side has an INBOX/],
    ['a user of one side only', ['verify-user', 'ada', 'DIR/side'], /missing required argument 'replica'/],
    [
      'a file that is not there',
      ['inspect', 'DIR/gone'],
      /gone: expected a readable file, found no such file or directory/,
    ],
    ['another action', ['config', 'chek'], /Allowed choices are check/],
    [
      'a gate without a replica',
      ['gate', 'failover', 'a'],
      /missing required argument 'replica'. Run cyraudit gate --help/,
    ],
    ['a gate of a part of the pair', ['gate', 'failover', 'a', 'b', '--user', 'fred'], /unknown option '--user'/],
    [
      'a gate with two reports on stdout',
      ['gate', 'resume', ...SIDES, '--report', 'text', '--report', 'json'],
      /stdout/,
    ],
    ['a gate at no level', ['gate', 'resume', 'a', 'b', '--level', 'deep'], /index, files, content/],
    ['a gate that looks too often', ['gate', 'resume', 'a', 'b', '--recheck', '101'], /from 0 to 100/],
    ['a gate that may read nothing', ['gate', 'resume', 'a', 'b', '--io-limit', '0'], /from 1 to 100000/],
    ['a user on a side that is gone', ['verify-user', 'u', 'DIR/gone', 'DIR/gone'], /gone.*imapd\.conf/],
    ['a user at no level', ['verify-user', 'u', 'a', 'b', '--level', 'deep'], /index, files, content/],
    ['no time', ['verify-user', 'u', 'a', 'b', '--deadline', '0'], /Expected a time such as 90s/],
    ['control characters', ['explain', '\u001b[31m\nx'], /\\x1b\[31m x/],
  ])('%s', (_, args, expected) => {
    const ran = runCli(args.map((arg) => arg.replace('DIR', directory).replace('REPLICA', pair.replica)));
    expect(ran.stderr).toMatch(expected);
    expect(ran.stderr).toMatch(/^cyraudit: [^\n]+\n$/);
    expect(ran.stdout).toBe('');
    expect(ran.status).toBe(3);
    expect(readdirSync(directory).sort()).toEqual(before);
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

test.each([
  ['compare', '--max-duration'],
  ['check', '--time-limit'],
  ['verify-user', '--deadline'],
])('the help of %s says what %s without a unit is', (command, option) => {
  const help = runCli([command, '--help']).stdout.replaceAll(/\s+/g, ' ');
  expect(help.slice(help.indexOf(`${option} <time>`)).slice(0, 160)).toContain('a number alone is seconds');
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
