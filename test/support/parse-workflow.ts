import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Parser from '@actions/workflow-parser';
import { build } from 'esbuild';

/** What GitHub's own parser says against a workflow. It imports JSON in a way that Node refuses, so it is bundled first. */
export async function workflowErrors(name: string, content: string): Promise<readonly string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-workflow-'));
  try {
    const outfile = join(dir, 'parser.cjs');
    await build({
      stdin: { contents: `export * from '@actions/workflow-parser';`, resolveDir: import.meta.dirname },
      bundle: true,
      format: 'cjs',
      platform: 'node',
      outfile,
    });
    const { NoOperationTraceWriter, parseWorkflow } = createRequire(import.meta.url)(outfile) as typeof Parser;
    const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
    return context.errors.getErrors().map(({ message }) => message);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
