import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest ones: begun last, each would run alone while the other processors have nothing left. */
const SLOWEST = ['real/oracle', 'detection-matrix', 'cli/options', 'real/reconstruct', 'real/salvage', 'real/healthy'];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification): boolean =>
      SLOWEST.some((name) => moduleId.endsWith(`/${name}.test.ts`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Vitest leaves one processor free, which of two is half.
    maxWorkers: availableParallelism(),
    sequence: { sequencer: SlowestFirst },
    // Tests start the built program, and test/real/ starts Cyrus itself: a busy machine needs room. The tests under
    // test/real/ skip themselves where the server's binaries are missing, so a skip is always counted.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
