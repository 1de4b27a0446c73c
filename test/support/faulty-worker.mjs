/** A worker that fails as a worker can: what it does is in the name of the user it is asked for. */
import { setTimeout } from 'node:timers/promises';
import audit from '../../dist/workers/audit.cjs';

const { default: auditTask } = audit;

export default async function run(input) {
  const users = input.task.kind === 'units' ? input.task.units.map(({ unit }) => unit.userid) : [];
  if (users.includes('throws')) throw new TypeError('planted');
  if (users.includes('rejects')) return Promise.reject(new RangeError('planted later'));
  if (users.includes('sleeps')) await setTimeout(600_000);
  if (users.includes('spins')) for (;;);
  if (users.includes('exits')) process.exit(9);
  if (users.includes('dies')) {
    // Outside of any promise: nobody can catch it.
    globalThis.setTimeout(() => {
      throw new Error('planted, uncaught');
    }, 1);
    await setTimeout(60_000);
  }
  if (users.includes('eats')) {
    const eaten = [];
    for (;;) eaten.push(new Array(1_000_000).fill(eaten.length));
  }
  return auditTask(input);
}
