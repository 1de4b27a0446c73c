import { expect, test } from 'vitest';
import { Lanes } from '../../src/reinject/lanes.js';
import { LineOrder } from '../../src/reinject/line-order.js';

interface Job {
  readonly lane: string;
  readonly end: (error?: Error) => void;
}

/** Jobs that end when they are told to. */
function controlled(most: number) {
  const lanes = new Lanes(most);
  const running: Job[] = [];
  const begin = (lane: string): Promise<void> =>
    lanes.begin(
      lane,
      () =>
        new Promise((resolve, reject) => {
          const job = {
            lane,
            end: (error?: Error): void => {
              running.splice(running.indexOf(job), 1);
              if (error === undefined) resolve();
              else reject(error);
            },
          };
          running.push(job);
        }),
    );
  return { lanes, running, begin, names: () => running.map(({ lane }) => lane) };
}

test('so many run at the same time, and of one lane one', async () => {
  const { lanes, running, begin, names } = controlled(2);
  await begin('a');
  const second = begin('a');
  await Promise.resolve();
  expect(names()).toEqual(['a']);
  running[0]!.end();
  await second;
  await begin('b');
  const third = begin('c');
  await Promise.resolve();
  expect(names()).toEqual(['a', 'b']);
  running[1]!.end();
  await third;
  expect(names()).toEqual(['a', 'c']);
  for (const job of [...running]) job.end();
  await lanes.end();
});

test('after a failure nothing begins, and the first is thrown when all have ended', async () => {
  const { lanes, running, begin, names } = controlled(3);
  await begin('a');
  await begin('b');
  running[0]!.end(new Error('first'));
  const ended = expect(lanes.end()).rejects.toThrow('first');
  await expect.poll(() => lanes.hasFailed).toBe(true);
  await begin('c');
  expect(names()).toEqual(['b']);
  running[0]!.end(new Error('second'));
  await ended;
});

test('lines come in the order in which the jobs began', () => {
  const lines: string[] = [];
  const order = new LineOrder((line) => lines.push(line));
  const [a, b, c] = [order.begin(), order.begin(), order.begin()];
  b.say('b1');
  a.say('a1');
  c.say('c1');
  c.end();
  expect(lines).toEqual(['a1']);
  a.end();
  expect(lines).toEqual(['a1', 'b1']);
  b.say('b2');
  b.end();
  expect(lines).toEqual(['a1', 'b1', 'b2', 'c1']);
});
