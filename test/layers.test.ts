import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { afterAll, beforeAll, expect, test } from 'vitest';

interface Configuration {
  readonly forbidden: NonNullable<IFlattenedRuleSet['forbidden']>;
  readonly options: ICruiseOptions;
}

const root = join(import.meta.dirname, '..');
const configuration = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as Configuration;

/** What each planted file imports, and the rules that must say so: at least one line for every rule on layers. */
const PLANTED: readonly (readonly [file: string, imports: string, rule: string])[] = [
  ['src/model/planted.ts', '../bytes/target.js', 'layer-model'],
  ['src/bytes/planted.ts', '../model/target.js', 'layer-bytes'],
  ['src/generated/planted.ts', '../model/target.js', 'layer-generated'],
  ['src/formats/planted.ts', '../report/target.js', 'layer-formats'],
  ['src/sources/planted.ts', '../audit/target.js', 'layer-sources'],
  ['src/compare/planted.ts', '../sources/target.js', 'layer-compare'],
  ['src/replication/planted.ts', '../findings/target.js', 'layer-replication'],
  ['src/findings/planted.ts', '../sources/target.js', 'layer-findings'],
  ['src/config/planted.ts', '../audit/target.js', 'layer-config'],
  ['src/accept/planted.ts', '../audit/target.js', 'layer-accept'],
  ['src/pool/planted.ts', '../sources/target.js', 'layer-pool'],
  ['src/pool/planted-value.ts', '../audit/target.js', 'layer-pool-types'],
  ['src/run/planted.ts', '../formats/target.js', 'layer-run'],
  ['src/plan/planted.ts', '../audit/target.js', 'layer-plan'],
  ['src/reinject/planted.ts', '../salvage/target.js', 'layer-reinject'],
  ['src/salvage/planted.ts', '../report/target.js', 'layer-salvage'],
  ['src/gate/planted.ts', '../audit/target.js', 'layer-gate'],
  ['src/audit/planted.ts', '../report/target.js', 'layer-audit'],
  ['src/report/planted.ts', '../audit/target.js', 'layer-report'],
  ['src/inspect/planted.ts', '../audit/target.js', 'layer-inspect'],
  ['src/helpers/planted.ts', '../model/target.js', 'layer-unnamed'],
  ['workers/planted.ts', '../src/sources/target.js', 'layer-workers'],
  ['src/audit/planted-root.ts', '../cli/target.js', 'layer-roots'],
  ['src/formats/cyrusdb/flat/planted.ts', '../twoskip/target.js', 'layer-backends'],
  ['src/report/text/planted.ts', '../json/target.js', 'layer-reports'],
  ['src/formats/planted-io.ts', 'node:fs', 'layer-pure'],
  ['src/audit/planted-pool.ts', 'piscina', 'layer-piscina'],
];

let planted: string;

beforeAll(async () => {
  planted = await mkdtemp(join(tmpdir(), 'cyraudit-layers-'));
  for (const [file, imports, rule] of PLANTED) {
    const path = join(planted, file);
    await mkdir(dirname(path), { recursive: true });
    const type = rule === 'layer-pool-types' ? '' : 'type ';
    await writeFile(path, `import ${type}* as it from '${imports}';\nexport type It = typeof it;\n`);
    if (!imports.startsWith('.')) continue;
    const target = join(dirname(path), imports.replace(/\.js$/, '.ts'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, 'export const target = 1;\n');
  }
});

afterAll(() => rm(planted, { recursive: true, force: true }));

async function cruiseTree(baseDir: string, folders: string[]): Promise<ICruiseResult> {
  const options: ICruiseOptions = { ...configuration.options, baseDir, validate: true };
  delete options.tsConfig;
  const { output } = await cruise(folders, { ...options, ruleSet: { forbidden: [...configuration.forbidden] } });
  if (typeof output === 'string') throw new Error('dependency-cruiser gave text where a result was asked for');
  return output;
}

test('every planted violation is reported under its rule', async () => {
  const { summary } = await cruiseTree(planted, ['src', 'workers']);
  const reported = summary.violations.map(({ from, rule }) => `${from} ${rule.name}`);
  expect(reported).toEqual(expect.arrayContaining(PLANTED.map(([file, , rule]) => `${file} ${rule}`)));
});

test('every rule on layers has a planted violation', () => {
  const rules = configuration.forbidden.map(({ name }) => name).filter((name) => name?.startsWith('layer-'));
  expect([...rules].sort()).toEqual(PLANTED.map(([, , rule]) => rule).sort());
});

test('the real tree keeps the layers', async () => {
  const { summary } = await cruiseTree(root, ['src', 'workers']);
  // Zero modules without a violation is how dependency-cruiser says that it could not parse TypeScript.
  expect(summary.totalCruised).toBeGreaterThan(20);
  expect(summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
});
