import { expect, test } from 'vitest';
import { exitStatus } from '../../src/cli/exit-status.js';

test.each([
  // verdict, complete, status with --fail-on safe, admin (the default), halt
  ['clean', true, 0, 0, 0],
  ['safe', true, 1, 0, 0],
  ['admin', true, 1, 1, 0],
  ['halt', true, 2, 2, 2],
  ['clean', false, 3, 3, 3],
  ['safe', false, 3, 3, 3],
  ['admin', false, 3, 3, 3],
  ['halt', false, 2, 2, 2],
] as const)('%s, complete %s: %d, %d, %d', (verdict, complete, failOnSafe, failOnAdmin, failOnHalt) => {
  const statuses = (['safe', 'admin', 'halt'] as const).map((failOn) => exitStatus({ verdict, complete }, failOn));
  expect(statuses).toEqual([failOnSafe, failOnAdmin, failOnHalt]);
});
