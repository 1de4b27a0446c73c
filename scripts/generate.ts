/**
 * Writes src/generated/*.ts: types from schemas/*.schema.json, the compiled kernel that reads index records, and the
 * script and the style of the HTML report; and
 * docs/findings.md: what `cyraudit explain` says of every finding; man/ and completions/: what `--help` says.
 * `--check` writes nothing and fails when a file on disk is not what its source gives, so that they cannot drift apart.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build, transform } from 'esbuild';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { catalogue } from '../src/findings/catalogue.js';
import { findingsPage } from '../src/report/explain/findings-page.js';
import { systemFiles } from './system/system-files.js';

const root = join(import.meta.dirname, '..');
const generated = join(root, 'src', 'generated');
const check = process.argv.includes('--check');
const suffix = '.schema.json';

const schemas = (await readdir(join(root, 'schemas'))).filter((name) => name.endsWith(suffix)).sort();
const expected = new Map<string, string>();
for (const name of schemas) {
  const schema = JSON.parse(await readFile(join(root, 'schemas', name), 'utf8')) as JSONSchema;
  const text = await compile(schema, name, {
    bannerComment: `/* Generated from schemas/${name} by npm run generate. Do not edit. */`,
    additionalProperties: false,
    unreachableDefinitions: true,
    style: { singleQuote: true, printWidth: 120 },
  });
  expected.set(`${name.slice(0, -suffix.length)}.ts`, readonlyArrays(withoutReferences(text)));
}

expected.set('html-page.ts', await bundlePage('src/report/html/page'));
expected.set('scan-kernel.ts', await compileKernel('src/formats/index/kernel/assembly/scan.ts'));

/** Makes one script and one style sheet of the page's sources: the report that holds them is a file of its own. */
async function bundlePage(source: string): Promise<string> {
  const options = { minify: true, target: 'es2022', charset: 'ascii', legalComments: 'none' } as const;
  const entry = join(root, source, 'main.ts');
  const script = await build({ ...options, entryPoints: [entry], bundle: true, format: 'iife', write: false });
  const css = await readFile(join(root, source, 'style.css'), 'utf8');
  const style = await transform(css, { loader: 'css', minify: true, charset: 'ascii', target: 'chrome111' });
  const line = (name: string, text: string): string => `export const ${name} =\n  ${JSON.stringify(text.trim())};\n`;
  const remark = `/* Bundled from ${source}/ by npm run generate. Do not edit. */\n`;
  return remark + line('PAGE_SCRIPT', script.outputFiles[0]!.text) + line('PAGE_STYLE', style.code);
}

/**
 * Compiles AssemblyScript to a module that holds its bytes: a file of its own would have to be found from every bundle.
 * By the compiler's command, as its module declares types that replace those of JavaScript.
 */
async function compileKernel(source: string): Promise<string> {
  const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
  const dir = await mkdtemp(join(tmpdir(), 'cyraudit-kernel-'));
  try {
    const wasm = join(dir, 'kernel.wasm');
    const options = '--runtime stub --initialMemory 9 --maximumMemory 9 --enable simd -O3 --noAssert --use abort=';
    const { status, stderr } = spawnSync(process.execPath, [asc, source, ...options.split(' '), '--outFile', wasm], {
      cwd: root,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${source}: not compiled\n${stderr}`);
    const base64 = (await readFile(wasm)).toString('base64');
    return `/* Compiled from ${source} by npm run generate. Do not edit. */\nexport const SCAN_KERNEL =\n  '${base64}';\n`;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Drops the generator's remark on where a definition was first met: it repeats the schema and says nothing. */
function withoutReferences(text: string): string {
  const remark =
    / \*(?:\n \*)? This interface was referenced by `[^`]+`'s JSON-Schema\n \* via the `definition` "[^"]+"\.\n/g;
  return text.replace(remark, '').replace(/\/\*\*\n \*\/\n/g, '');
}

/** A report is made once and read often; the model's lists are readonly and must fit in. */
function readonlyArrays(text: string): string {
  return text.replace(/([:=|] )(\w+|\([\w |&]+\))\[\]/g, '$1readonly $2[]');
}

await mkdir(generated, { recursive: true });
const present = await readdir(generated);
const wrong: string[] = present.filter((name) => !expected.has(name)).map((name) => `${name}: nothing gives it`);
for (const [name, text] of expected) {
  const path = join(generated, name);
  if (!check) await writeFile(path, text);
  else if (!present.includes(name) || (await readFile(path, 'utf8')) !== text) wrong.push(`${name}: differs`);
}
const others = new Map([['docs/findings.md', findingsPage(catalogue)], ...systemFiles()]);
for (const [path, text] of others) {
  const file = join(root, path);
  if (!check) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== text) wrong.push(`../../${path}: differs`);
}
for (const line of wrong) console.error(join('src/generated', line));
if (wrong.length > 0) {
  console.error('Run `npm run generate` and commit what it writes.');
  process.exitCode = 1;
} else {
  console.log(
    `src/generated: ${expected.size} file(s), ${[...others.keys()].join(', ')}: ${check ? 'up to date' : 'written'}`,
  );
}
