import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Vitest leaves one processor free, which of two is half.
    maxWorkers: availableParallelism(),
    // Tests start the built program, and test/real/ starts Cyrus itself: a busy machine needs room. The tests under
    // test/real/ skip themselves where the server's binaries are missing, so a skip is always counted.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
