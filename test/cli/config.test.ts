import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditOptions, type AuditCommandOptions } from '../../src/cli/audit-options.js';
import { findConfig } from '../../src/cli/config/find-config.js';
import { configurableOptions } from '../../src/cli/config/option-value.js';
import { readConfigText } from '../../src/cli/config/read-config-text.js';
import { useConfig } from '../../src/cli/config/use-config.js';
import { makeProgram } from '../../src/cli/make-program.js';
import { readSchema } from '../../src/cli/report-schema.js';
import type { GateReport } from '../../src/generated/gate.js';
import type { Manifest } from '../../src/generated/manifest.js';
import type { Report } from '../../src/generated/report.js';
import { cliFile, runCli, type Ran } from '../support/cli.js';
import { unpackPair, type UnpackedPair } from '../support/fixture.js';
import { rootedCopy } from '../support/rooted-copy.js';

let dir: string;
let pair: UnpackedPair;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-config-'));
  pair = await unpackPair('split-brain', 'made');
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await pair.dispose();
});

const write = (text: string, name = 'cyraudit.toml'): string => {
  const file = join(dir, name);
  writeFileSync(file, text);
  return file;
};
const sides = (): string => `[side.main]\nsource = "${pair.master}"\n[side.standby]\nsource = "${pair.replica}"\n`;

const commandOf = (name: string): Command => makeProgram().commands.find((command) => command.name() === name)!;

interface Property {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
}
const schema = readSchema('config') as {
  readonly properties: Readonly<Record<string, { readonly $ref: string }>>;
  readonly $defs: Readonly<Record<string, Property & { readonly properties: Readonly<Record<string, Property>> }>>;
};
const definition = ({ $ref }: Property) => schema.$defs[$ref!.replace('#/$defs/', '')]!;
const resolved = (property: Property): Property =>
  property.$ref === undefined ? property : { ...definition(property), ...property };

describe('the schema has what the commands have', () => {
  const tables = Object.keys(schema.properties).filter((name) => !['side', 'options'].includes(name));

  test('a table for every command with options of its own', () => {
    const names = makeProgram().commands.filter((command) => configurableOptions(command).size > 0);
    expect(names.map((command) => command.name()).sort()).toEqual([...tables].sort());
    expect(schema.properties['options']!.$ref).toBe(schema.properties['compare']!.$ref);
  });

  describe.each(tables)('[%s]', (name) => {
    const options = configurableOptions(commandOf(name));
    const { properties } = definition(schema.properties[name]!);

    test('the same keys', () => {
      expect(Object.keys(properties).sort()).toEqual([...options.keys()].sort());
    });

    test.each([...options])('%s: type, values and default', (key, option: Option) => {
      const { type = 'string', enum: values, default: byDefault } = resolved(properties[key]!);
      const takes = /<.*>$/.test(option.flags);
      const kind = !takes ? 'boolean' : option.description.includes('repeatable') ? 'array' : 'scalar';
      expect({ boolean: 'boolean', array: 'array' }[type] ?? 'scalar').toBe(kind);
      expect(values).toEqual(option.argChoices);
      expect(byDefault).toEqual(option.defaultValueDescription ?? option.defaultValue);
    });
  });
});

describe('an option of the file is what it is when it is typed', () => {
  const optsOf = async (
    name: string,
    args: readonly string[],
    config = '--no-config',
  ): Promise<AuditCommandOptions> => {
    const program = makeProgram();
    const command = program.commands.find((candidate) => candidate.name() === name)!;
    let opts: unknown;
    command.action(async () => {
      await useConfig(command);
      opts = ['compare', 'check'].includes(name) ? auditOptions(command) : command.opts();
    });
    const operands = command.registeredArguments.map(({ argChoices }) => argChoices?.[0] ?? 'x');
    await program.parseAsync(
      [name, ...operands, ...args, ...(config === '--no-config' ? [config] : ['--config', config])],
      {
        from: 'user',
      },
    );
    const { config: _, ...rest } = opts as AuditCommandOptions & { config: unknown };
    return rest;
  };
  /** Content of the file, and what is typed for the same. */
  const samples: Readonly<Record<string, readonly [toml: string, typed: readonly string[]]>> = {
    level: ['"content"', ['content']],
    report: ['["text", "json=DIR/r.json"]', ['text', 'json=DIR/r.json']],
    user: ['["a*", "b"]', ['a*', 'b']],
    mailbox: ['["user.a*"]', ['user.a*']],
    partition: ['["p1"]', ['p1']],
    'max-lost': ['3', ['3']],
    recheck: ['2', ['2']],
    'recheck-delay': ['2.5', ['2.5']],
    subset: ['"2/7"', ['2/7']],
    'hash-since': ['2026-11-20', ['2026-11-20']],
    'subset-state': ['"DIR/state.json"', ['DIR/state.json']],
    'max-duration': ['"2h"', ['2h']],
    'time-limit': ['"90s"', ['90s']],
    threads: ['3', ['3']],
    'io-limit': ['20', ['20']],
    nice: ['true', []],
    'fail-on': ['"halt"', ['halt']],
    accept: ['["DIR/a.json", "DIR/b.json"]', ['DIR/a.json', 'DIR/b.json']],
    baseline: ['"DIR/b.json"', ['DIR/b.json']],
    syslog: ['true', []],
    quiet: ['true', []],
    progress: ['true', []],
    color: ['true', []],
    to: ['"html=DIR/r.html"', ['html=DIR/r.html']],
    into: ['"DIR/plan"', ['DIR/plan']],
    deadline: ['"2m"', ['2m']],
  };
  const cases = makeProgram().commands.flatMap((command) =>
    [...configurableOptions(command).keys()].map((key) => [command.name(), key] as const),
  );

  test.each(cases)('%s --%s', async (name, key) => {
    const [toml, typed] = samples[key]!;
    const here = (text: string): string => text.replaceAll('DIR', dir);
    // A subset is of content.
    const also = ['subset', 'hash-since', 'subset-state'].includes(key) ? ['--level', 'content'] : [];
    const needs = key === 'subset-state' ? (['subset = "1/7"\n', ['--subset', '1/7']] as const) : (['', []] as const);
    const inFile = `${needs[0]}${key} = ${toml.replaceAll('DIR/', '')}\n`;
    const args = typed.length === 0 ? [`--${key}`] : typed.flatMap((value) => [`--${key}`, here(value)]);
    const byTyping = await optsOf(name, [...needs[1], ...args, ...also]);
    // Relative paths are those of the file.
    const file = write(`[${name}]\n${inFile}`);
    expect(await optsOf(name, also, file)).toEqual(byTyping);
    expect(await optsOf(name, also)).not.toEqual(byTyping);
    // In [options] it is for all, and what is typed comes first.
    if (!['to', 'into', 'deadline'].includes(key)) {
      write(`[options]\n${inFile}`);
      expect(await optsOf(name, also, file)).toEqual(byTyping);
    }
    if (typed.length === 0) {
      write(`[${name}]\n${key} = false\n`);
      expect(await optsOf(name, [...args, ...also], file)).toEqual(byTyping);
    }
  });

  test('what is typed comes before what the file says, that of the command before [options]', async () => {
    const file = write('[options]\nlevel = "content"\nthreads = 2\n[compare]\nlevel = "index"\nuser = ["a", "b"]\n');
    expect(await optsOf('compare', [], file)).toMatchObject({ level: 'index', threads: 2, user: ['a', 'b'] });
    expect(await optsOf('check', [], file)).toMatchObject({ level: 'content', threads: 2 });
    const typed = await optsOf('compare', ['--level', 'files', '--user', 'c'], file);
    expect(typed).toMatchObject({ level: 'files', threads: 2, user: ['c'] });
  });

  test('what does not go with what is typed is left', async () => {
    const file = write('[options]\nlevel = "content"\nsubset = "1/7"\nsubset-state = "s.json"\nhash-since = "7d"\n');
    expect(await optsOf('compare', [], file)).toMatchObject({ subset: { part: 1, of: 7 } });
    const index = await optsOf('compare', ['--level', 'index'], file);
    expect([index.subset, index.subsetState, index.hashSince]).toEqual([undefined, undefined, undefined]);
    const typed = await optsOf('compare', ['--subset', '2/7'], file);
    expect([typed.subset, typed.subsetState]).toEqual([{ part: 2, of: 7 }, undefined]);
  });
});

describe('a side by its name', () => {
  const compare = (args: readonly string[], cwd = dir): Ran => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cliFile, ...args], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, CYRAUDIT_CONFIG: '' },
    });
    return { status, stdout, stderr };
  };

  test('the file knows its source, root and engine; the report has the name and the file', () => {
    // Absolute paths of the copy lie below its root.
    const root = join(dir, 'root');
    rootedCopy(pair.replica, root);
    const file = write(`${sides()}[side.copy]\nsource = "root/etc/imapd.conf"\nroot = "root"\nengine = "3.0.18"\n`);
    const { status, stdout, stderr } = runCli(['compare', 'main', 'copy', '--config', file, '--report', 'json']);
    expect([status, stderr]).toEqual([1, '']);
    const report = JSON.parse(stdout) as Report;
    expect(report.configFile).toBe(file);
    expect(report.sides).toMatchObject([
      { role: 'master', name: 'main', source: pair.master },
      {
        role: 'replica',
        name: 'copy',
        source: join(root, 'etc/imapd.conf'),
        root,
        replicatesAs: { version: '3.0', from: 'given' },
      },
    ]);
    // What is typed comes first, and then it is not that side any more.
    const typed = runCli([
      'compare',
      'main',
      'copy',
      '--config',
      file,
      '--replica-engine',
      '3.8.7',
      '--report',
      'json',
    ]);
    const [, replica] = (JSON.parse(typed.stdout) as Report).sides;
    expect(replica).toMatchObject({ root, replicatesAs: { version: '3.6', from: 'given' } });
    expect(replica!.name).toBeUndefined();
    const none = runCli(['compare', 'main', 'copy', '--config', file, '--replica-root', dir]);
    expect([none.status, none.stdout]).toEqual([3, '']);
  });

  test('check takes one too', () => {
    const file = write(sides());
    expect(runCli(['check', 'main', '--config', file])).toMatchObject({ status: 0, stderr: '' });
  });

  test('gate, verify-user and salvage take them, with root and engine, and nothing that decides their answer', () => {
    const root = join(dir, 'below');
    rootedCopy(pair.replica, root);
    const accept = join(dir, 'accept-all.json');
    const everything = { code: 'guid-mismatch', reason: 'for the test', expires: '2999-12-31' };
    writeFileSync(accept, JSON.stringify({ accepted: [everything] }));
    const file = write(
      `${sides()}[side.copy]\nsource = "below/etc/imapd.conf"\nroot = "below"\nengine = "3.0.18"\n` +
        `[options]\nlevel = "index"\naccept = ["accept-all.json"]\nuser = ["ben"]\nfail-on = "halt"\n`,
    );
    const config = ['--config', file];
    // For an audit all of it counts.
    expect(runCli(['compare', 'main', 'copy', ...config]).status).toBe(0);
    const gate = runCli(['gate', 'resume', 'main', 'copy', ...config, '--report', 'json']);
    const answer = JSON.parse(gate.stdout) as GateReport;
    expect([gate.status, gate.stderr, answer.answer, answer.level]).toEqual([1, '', 'go-except', 'files']);
    expect(answer.held).toMatchObject([{ userid: 'ada' }]);
    const verified = runCli(['verify-user', 'ada', 'main', 'copy', ...config, '--deadline', '2s']);
    expect([verified.status, verified.stdout]).toEqual([1, expect.stringMatching(/^DIFFERS user ada: /)]);
    const salvaged = runCli(['salvage', 'main', 'copy', ...config, '--report', 'json']);
    const manifest = JSON.parse(salvaged.stdout) as Manifest;
    expect([salvaged.status, salvaged.stderr]).toEqual([1, '']);
    expect(manifest.sides).toEqual([
      { role: 'old', source: pair.master },
      { role: 'new', source: join(root, 'etc/imapd.conf'), root },
    ]);
    expect(manifest.selection).toEqual({ include: [] });
    expect(manifest.messages.map(({ userid }) => userid)).toContain('ada');
  });

  test.each([
    ['gate', ['gate', 'resume', 'mian', 'standby'], 'the master'],
    ['verify-user', ['verify-user', 'ada', 'main', 'stanby'], 'the replica'],
    ['salvage', ['salvage', 'main', 'stanby'], 'the side'],
  ] as const)('%s tells which names there are', (_, args, which) => {
    const ran = runCli([...args, '--config', write(sides())]);
    expect([ran.status, ran.stdout]).toEqual([3, '']);
    expect(ran.stderr).toMatch(/no side of that name \(.*cyraudit\.toml has main, standby\)/);
    expect(ran.stderr).toContain(`Name the imapd.conf of ${which}, `);
  });

  test('a name comes before a file of the working directory; with a slash it is a path', () => {
    const cwd = join(dir, 'cwd');
    mkdirSync(cwd);
    cpSync(pair.master, join(cwd, 'standby'), { recursive: true, preserveTimestamps: true });
    const file = write(sides());
    const report = (side: string): Report =>
      JSON.parse(compare(['check', side, '--config', file, '--report', 'json'], cwd).stdout) as Report;
    expect(report('standby').sides[0]).toMatchObject({ source: pair.replica, name: 'standby' });
    expect(report('./standby').sides[0]!.source).toBe('./standby');
    expect(report('./standby').sides[0]!.name).toBeUndefined();
  });

  test.each<[string, readonly string[], RegExp]>([
    [
      'a name that the file lacks',
      ['--config', 'FILE'],
      /mian: no such file or directory, and no side of that name \(.*cyraudit\.toml has main, standby\)/,
    ],
    ['a name without a file', [], /no configuration file is read/],
    ['--no-config', ['--no-config'], /no configuration file is read/],
  ])('%s', (_, args, expected) => {
    const file = write(sides());
    const ran = compare(['compare', 'mian', 'standby', ...args.map((arg) => arg.replace('FILE', file))]);
    expect(ran).toEqual({ status: 3, stdout: '', stderr: expect.stringMatching(expected) as string });
    expect(ran.stderr).toMatch(/^cyraudit: [^\n]+\n$/);
  });

  test('reports below a side of the file are refused, and relative ones lie beside the file', () => {
    const file = write(`${sides()}[options]\nreport = ["json=report.json"]\n`);
    expect(compare(['compare', 'main', 'standby', '--config', file], tmpdir())).toEqual({
      status: 1,
      stdout: '',
      stderr: '',
    });
    expect(existsSync(join(dir, 'report.json'))).toBe(true);
    write(`${sides()}[options]\nreport = ["json=${pair.master}/report.json"]\n`);
    expect(compare(['compare', 'main', 'standby', '--config', file]).stderr).toMatch(/outside both sides/);
  });
});

describe('which file is read', () => {
  const env = (value: string | undefined, found: () => void): void => {
    const before = process.env['CYRAUDIT_CONFIG'];
    if (value === undefined) delete process.env['CYRAUDIT_CONFIG'];
    else process.env['CYRAUDIT_CONFIG'] = value;
    try {
      found();
    } finally {
      if (before === undefined) delete process.env['CYRAUDIT_CONFIG'];
      else process.env['CYRAUDIT_CONFIG'] = before;
    }
  };

  test('the one of --config, else of CYRAUDIT_CONFIG, else the usual one where there is one', () => {
    const usual = write('', 'usual.toml');
    env('/from/env', () => {
      expect(findConfig('/typed', usual)).toEqual({ path: '/typed', by: '--config' });
      expect(findConfig(undefined, usual)).toEqual({ path: '/from/env', by: 'CYRAUDIT_CONFIG' });
      expect(findConfig(false, usual)).toBeUndefined();
    });
    env('', () => expect(findConfig(undefined, usual)).toBeUndefined());
    env(undefined, () => {
      expect(findConfig(undefined, usual)).toEqual({ path: usual, by: 'default' });
      expect(findConfig(undefined, join(dir, 'none.toml'))).toBeUndefined();
      symlinkSync(join(dir, 'nowhere'), join(dir, 'dangling.toml'));
      expect(findConfig(undefined, join(dir, 'dangling.toml'))).toBeDefined();
    });
  });

  test('CYRAUDIT_CONFIG in the environment, and none from the working directory', () => {
    const file = write(`${sides()}[options]\nreport = ["nagios"]\n`);
    expect(runCli(['check', 'main'], { CYRAUDIT_CONFIG: file }).stdout).toMatch(/^CYRAUDIT OK/);
    const { status, stderr, stdout } = spawnSync(process.execPath, [cliFile, 'check', 'main'], {
      cwd: dir,
      encoding: 'utf8',
      env: { ...process.env, CYRAUDIT_CONFIG: '' },
    });
    expect([status, stdout, stderr]).toEqual([3, '', expect.stringMatching(/no configuration file is read/)]);
    const { stdout: told } = spawnSync(process.execPath, [cliFile, 'config', 'check'], {
      cwd: dir,
      encoding: 'utf8',
      env: { ...process.env, CYRAUDIT_CONFIG: '' },
    });
    expect(told).toMatch(/^No configuration file is read: .*not read unless it is named\./s);
  });

  test('the usual one is not trusted when somebody else could have written it', () => {
    const path = write('', 'usual.toml');
    chmodSync(path, 0o644);
    expect(readConfigText({ path, by: 'default' })).toBe('');
    chmodSync(path, 0o646);
    expect(() => readConfigText({ path, by: 'default' })).toThrow(/only root may write to, found mode 646/);
    expect(readConfigText({ path, by: '--config' })).toBe('');
  });
});

describe('a file that is wrong', () => {
  test.each<[string, string, RegExp]>([
    ['an unknown key', '[options]\nlevl = "index"', /:2:1: levl: no such key in \[options\]; did you mean level\?/],
    ['an underscore', '[options]\nmax_lost = 1', /:2:1: .*did you mean max-lost\?/],
    ['a key at the top', 'level = "index"', /:1:1: level: no such key at the top; it belongs below \[options\]/],
    ['a key of a side', '[options]\nroot = "/x"', /:2:1: root: .*it belongs below \[side\.NAME\]/],
    ['an option of another command', '[plan]\nto = "text"', /:2:1: to: .*it belongs below \[render\]/],
    [
      'what a gate puts up with',
      '[gate]\naccept = ["a"]',
      /:2:1: accept: no such key in \[gate\]; type --accept: gate/,
    ],
    [
      'what a salvage offers',
      '[salvage]\ninclude = ["deleted"]',
      /:2:1: include: .*; type --include: salvage takes it/,
    ],
    ['like no key', '[plan]\nxyzzy = 1', /:2:1: xyzzy: no such key in \[plan\]; expected into\n/],
    ['an unknown table', '[option]', /:1:2: option: no such key at the top; did you mean options\?/],
    ['no table', 'options = 1', /:1:11: options: expected a table, found 1/],
    ['another type', '[options]\nio-limit = "20"', /:2:12: io-limit: expected a whole number, found "20"/],
    ['a word for a switch', '[options]\nquiet = "yes"', /:2:9: quiet: expected true or false, found "yes"/],
    ['one for a list', '[options]\naccept = "x"', /:2:10: accept: expected a list in brackets, found "x"/],
    ['a number in a list', '[options]\nuser = ["a", 3]', /:2:14: user: expected text in quotes, found 3/],
    [
      'an unknown value',
      '[options]\nlevel = "deep"',
      /:2:9: level: expected "index", "files" or "content", found "deep"/,
    ],
    [
      'too small a number',
      '[options]\nthreads = 0',
      /:2:11: threads: expected a number of threads from 1 to 256, found 0/,
    ],
    ['nan', '[options]\nrecheck-delay = nan', /:2:17: recheck-delay: expected a number/],
    [
      'too large a number',
      '[options]\nmax-lost = 99999999999999999999',
      /:2:12: max-lost: expected a number of mailboxes/,
    ],
    ['a part', '[options]\nsubset = "4/3"', /:2:10: subset: expected a part such as 3\/7.*found "4\/3"/],
    ['a duration', '[options]\nmax-duration = "1d"', /:2:16: max-duration: expected a time such as 90s/],
    [
      'a format',
      '[options]\nreport = ["text", "xml=x"]',
      /:2:19: report xml=x: no report format is called 'xml'\. Use one of/,
    ],
    ['no file for a format', '[render]\nto = "html="', /:2:6: to html=: a file name is missing/],
    [
      'an engine',
      '[side.a]\nsource = "x"\nengine = "1.0"',
      /:3:10: engine: expected a release of Cyrus such as 3\.6\.1/,
    ],
    [
      'an engine as a number',
      '[side.a]\nsource = "x"\nengine = 3.10',
      /:3:10: engine: expected text in quotes, found 3\.1/,
    ],
    ['a side without a source', '[side.a]\nroot = "/x"', /:1:7: \[side\.a\]: source is missing/],
    ['a name with a slash', '[side."a/b"]\nsource = "x"', /:1:7: \[side\.a\/b\]: expected a name of letters/],
    ['__proto__', '[__proto__]\nx = 1', /:1:2: __proto__: no such key/],
    ['no TOML', '[options]\nlevel = index', /:2:9: not TOML: /],
    ['a hostile name', '[options]\n"\\u001b[31m" = 1', /:2:1: \\x1b\[31m: no such key/],
  ])('%s', (_, text, expected) => {
    const file = write(text);
    const ran = runCli(['config', 'check', file]);
    expect(ran.stderr).toMatch(expected);
    expect(ran.stderr).toMatch(/^cyraudit: [^\n]+\n$/);
    expect(ran.stderr).toContain(`${file}:`);
    expect([ran.status, ran.stdout]).toEqual([3, '']);
  });

  test.each([['compare', 'a', 'b'], ['check', 'a'], ['render', 'a'], ['plan', 'a', '--into', 'b'], ['explain']])(
    '%s does not begin with it',
    (...args) => {
      const file = write('[render]\nto = "xml"\n');
      const ran = runCli([...args, '--config', file]);
      expect(ran).toEqual({
        status: 3,
        stdout: '',
        stderr: expect.stringMatching(/:2:6: to xml: no report format/) as string,
      });
    },
  );

  test('config check tells all, another command the first and how many more', () => {
    const file = write('[options]\nlevel = 1\nthreads = 0\n[plan]\nintoo = "x"\n');
    const lines = runCli(['config', 'check', file]).stderr.trimEnd().split('\n');
    expect(lines.map((line) => /toml:(\d+):/.exec(line)?.[1])).toEqual(['2', '3', '5']);
    expect(runCli(['explain', '--config', file]).stderr).toMatch(
      /:2:9: level: .*config check .*cyraudit\.toml lists 2 more\.\n$/,
    );
  });

  test.each<[string, string, RegExp]>([
    [
      'two reports on stdout',
      'report = ["text", "json"]',
      /:2:1: report: two reports cannot both go to stdout: text, json/,
    ],
    ['a subset of nothing', 'subset = "1/7"', /:2:1: subset: nothing is hashed at level files/],
    ['a state of nothing', 'level = "content"\nsubset-state = "s"', /:3:1: subset-state: needs --subset/],
  ])('%s: config check says it', (_, text, expected) => {
    const ran = runCli(['config', 'check', write(`[options]\n${text}\n`)]);
    expect(ran).toEqual({ status: 3, stdout: '', stderr: expect.stringMatching(expected) as string });
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ['missing', () => undefined, /found no such file or directory \(ENOENT\)/],
    ['a directory', (path) => mkdirSync(path), /found a directory/],
    ['a FIFO', (path) => void spawnSync('mkfifo', [path]), /found no regular file/],
    ['huge', (path) => writeFileSync(path, Buffer.alloc(300_000, 32)), /found 300000 bytes/],
    ['binary', (path) => writeFileSync(path, 'a = 1\0'), /found a byte of zero at offset 5/],
    ['no UTF-8', (path) => writeFileSync(path, Buffer.from('# \xff', 'latin1')), /found bytes that are no UTF-8/],
    ['brackets without end', (path) => writeFileSync(path, `a = ${'['.repeat(200_000)}`), /: not TOML/],
    [
      'another schema in every line',
      (path) => writeFileSync(path, Array.from({ length: 9000 }, (_, n) => `k${String(n)} = 1`).join('\n')),
      /lists 8999 more/,
    ],
  ])('%s ends in a message', (name, make, expected) => {
    const path = join(dir, `hostile ${name}`);
    make(path);
    const ran = runCli(['explain', '--config', path]);
    expect(ran).toEqual({ status: 3, stdout: '', stderr: expect.stringMatching(expected) as string });
    expect(ran.stderr).toMatch(/^cyraudit: [^\n]+\n$/);
  });
});

describe('config check', () => {
  test('shows every value in force, and where it comes from', () => {
    const file = write(
      `${sides()}engine = "3.6"\n[options]\nlevel = "content"\nmax-duration = "2h"\nreport = ["text", "json=r.json"]\n[check]\nmax-lost = 7\n[plan]\ninto = "plan"\n`,
    );
    const { status, stdout, stderr } = runCli(['config', 'check', file], { COLUMNS: '120' });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^.*cyraudit\.toml is in order \(named\)\.\n/);
    const [, main, standby, compare, check] = stdout.split('\n\n');
    expect(main).toBe(`Side main\n  source  ${pair.master}  (${file}:2)`);
    expect(standby).toBe(`Side standby\n  source  ${pair.replica}  (${file}:4)\n  engine  3.6  (${file}:5)`);
    expect(compare).toMatch(/^Options of compare\n/);
    expect(compare).toContain(`  level          content  (${file}:7)\n`);
    expect(compare!.replace(/\n {10,}/g, ' ')).toContain(
      `  report         text, json=${join(dir, 'r.json')}  (${file}:9)\n`,
    );
    expect(compare).toContain('  max-lost       0  (default)\n');
    expect(compare).toContain('  time-limit     1h  (default)\n');
    expect(compare).toContain(`  max-duration   7200 s  (${file}:8)\n`);
    expect(compare).toContain('  baseline       -  (not set)\n');
    expect(check).toContain(`  max-lost       7  (${file}:11)\n`);
    expect(stdout).toContain(`Options of plan\n  into  ${join(dir, 'plan')}  (${file}:13)\n`);
    for (const name of ['compare', 'check'])
      for (const key of configurableOptions(commandOf(name)).keys())
        expect(stdout).toMatch(new RegExp(`^  ${key} `, 'm'));
  });

  test('without a file: what is built in', () => {
    const { status, stdout } = runCli(['config', 'check']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^No configuration file is read/);
    expect(stdout).toContain('Options of compare and check\n');
  });
});
