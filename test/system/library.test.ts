import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unpackPair } from '../support/fixture.js';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/library.md'), 'utf8');
const examples = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
let project: string;
/** One for each example, and one with mistakes. */
const files: string[] = [];

/** As a user would have it who lets nothing pass: types of all packages are checked. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
};
let problems: readonly ts.Diagnostic[];
const textOf = ({ messageText }: ts.Diagnostic): string => ts.flattenDiagnosticMessageText(messageText, '\n');

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'cyraudit-library-'));
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules/cyraudit'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  const wrong = examples[0]?.replace("level: 'files'", "level: 'deep'").replace('catalogue,', 'catalog,') ?? '';
  for (const [n, code] of [...examples, wrong].entries()) {
    files.push(join(project, `example-${String(n)}.ts`));
    writeFileSync(files[n]!, code);
  }
  // One program for all: to load the types takes longest.
  problems = ts.getPreEmitDiagnostics(ts.createProgram(files, options));
});
afterAll(() => rmSync(project, { recursive: true }));

const isWrong = ({ file }: ts.Diagnostic): boolean => file?.fileName === files.at(-1);

test('every example is sound in the eyes of the compiler, and so are the types of the package', () => {
  expect(examples.length).toBeGreaterThanOrEqual(2);
  expect(problems.filter((problem) => !isWrong(problem)).map(textOf)).toEqual([]);
});

test('an example with mistakes is not', () => {
  const found = problems.filter(isWrong).map(textOf).join('\n');
  expect(found).toMatch(/no exported member.*'catalog'/);
  expect(found).toMatch(/"deep"/);
});

test('every name of the library is in the table, and no other', () => {
  const names = [...text.matchAll(/^\| (.*?) +\|/gm)].flatMap(([, cell = '']) => cell.match(/(?<=`)\w+/g) ?? []);
  const index = ts.createSourceFile('index.ts', readFileSync(join(root, 'src/index.ts'), 'utf8'), options.target!);
  const exported = index.statements.flatMap((statement) =>
    ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)
      ? statement.exportClause.elements.map(({ name }) => name.text)
      : [],
  );
  expect(exported.length).toBeGreaterThan(5);
  expect([...names].sort()).toEqual([...exported].sort());
});

const toJavaScript = (name: string, code: string): string => {
  const file = join(project, name);
  const compilerOptions = { ...options, module: ts.ModuleKind.ES2022 };
  writeFileSync(file, ts.transpileModule(code, { compilerOptions }).outputText);
  return file;
};

describe('what they print', () => {
  test.each([
    ['clean', 0, /^clean\n/],
    ['split-brain', 1, /^admin\nuser\.ada uid 4: Same UID, different message/],
  ] as const)('the first one audits %s: status %d', async (name, status, stdout) => {
    const file = toJavaScript('example.js', examples[0]!);
    const pair = await unpackPair(name, 'made');
    try {
      const ran = spawnSync(process.execPath, [file, pair.master, pair.replica], { encoding: 'utf8' });
      expect(ran).toMatchObject({ status, stdout: expect.stringMatching(stdout) as string, stderr: '' });
    } finally {
      await pair.dispose();
    }
  });

  test('the second one explains', () => {
    const file = toJavaScript('explain.js', examples[1]!);
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Same UID, different message: a split brain \(admin, since 0\.1\.0\)\n/);
    expect(status).toBe(0);
  });

  test.each([
    ['failover', 'clean', 0, /^go\nmaster Keep Cyrus stopped/],
    ['failover', 'split-brain', 2, /^stop\nsync-logs \[.*\]\nsame-on-both-sides \[/],
    ['user', 'clean', 0, /^same\n$/],
  ] as const)('the third one asks %s of %s: status %d', async (question, name, status, stdout) => {
    const file = toJavaScript('gate.js', examples[2]!);
    const pair = await unpackPair(name, 'made');
    try {
      const ran = spawnSync(process.execPath, [file, question, pair.master, pair.replica, 'ada'], { encoding: 'utf8' });
      expect(ran).toMatchObject({ status, stdout: expect.stringMatching(stdout) as string, stderr: '' });
    } finally {
      await pair.dispose();
    }
  });
});
