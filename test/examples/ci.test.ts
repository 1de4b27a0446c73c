import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { makeMachine, readExample, type Machine } from '../support/example.js';
import { workflowErrors } from '../support/parse-workflow.js';

interface Step {
  readonly run?: string;
  readonly with?: { readonly path?: string; readonly sarif_file?: string };
}
interface Workflow {
  readonly jobs: { readonly audit: { readonly steps: readonly Step[] } };
}
interface Pipeline {
  readonly cyraudit: {
    readonly before_script: readonly string[];
    readonly script: readonly string[];
    readonly artifacts: { readonly paths: readonly string[]; readonly reports: { readonly junit: string } };
  };
}

const workflow = readExample('github-actions.yml');
const { cyraudit } = parse(readExample('gitlab-ci.yml')) as Pipeline;

const { steps } = (parse(workflow) as Workflow).jobs.audit;
/** The commands of each, up to the one that audits, and the reports that are kept. */
const GATES = {
  'GitHub Actions': {
    commands: steps.flatMap(({ run }) => run ?? []),
    files: steps.flatMap(({ with: { path, sarif_file: sarif } = {} }) => path ?? sarif ?? []),
  },
  'GitLab CI': {
    commands: [...cyraudit.before_script, ...cyraudit.script],
    files: [...cyraudit.artifacts.paths, cyraudit.artifacts.reports.junit],
  },
};

test("GitHub's parser takes the workflow, and not one with a mistake", async () => {
  expect(await workflowErrors('cyraudit.yml', workflow)).toEqual([]);
  expect(await workflowErrors('cyraudit.yml', workflow.replace('runs-on', 'run-on'))).not.toEqual([]);
});

describe.each(Object.entries(GATES))('%s', (_, { commands, files }) => {
  let machine: Machine;
  beforeEach(() => {
    machine = makeMachine();
  });
  afterEach(() => machine.dispose());

  test.each([
    ['clean', 0, /^Replication may run/],
    ['split-brain', 1, /^Replication may run except for 1 mailbox\./],
    ['list-truncated-master', 2, /^Do not start replication\./],
    ['no spools at all', 3, /^$/],
  ] as const)('%s: status %d', (name, status, stdout) => {
    const spools = join(machine.dir, 'spools');
    mkdirSync(spools);
    const isThere = status !== 3;
    if (isThere)
      copyFileSync(
        fileURLToPath(new URL(`../../fixtures/made/${name}/before.tar.gz`, import.meta.url)),
        join(spools, 'pair.tar.gz'),
      );
    // Each command by itself, as a step is; the last one audits.
    const runs = commands.map((command) => machine.run(['bash', '-ec'], command));
    const ran = runs.pop();
    if (isThere) for (const before of runs) expect(before).toMatchObject({ status: 0, stderr: '' });
    expect(ran).toMatchObject({ status, stdout: expect.stringMatching(stdout) as string });
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const file of files) expect(existsSync(join(machine.dir, file)), file).toBe(isThere);
    expect(machine.npmCalls()).toMatch(/^install --global \.\/ci\/cyraudit-[\d.]+\.tgz\n$/);
  });
});
