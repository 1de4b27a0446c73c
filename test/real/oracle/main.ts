/** `npm run oracle -- --seeds 1..300 [--keep DIR] [--pairs N] [--verbose]`: the verdict against the real engine. Ends
 *  with 1 when a pair or mailbox was called safe and replication harmed it, or a list that lost rows was not halt. */
import { parseArgs } from 'node:util';
import { whyNoCyrus } from '../../../fixtures/make/instance.js';
import { runOracle, summary } from './oracle.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1..20' },
    keep: { type: 'string' },
    pairs: { type: 'string', default: '2' },
    verbose: { type: 'boolean', default: false },
  },
});
const seeds = values.seeds.split(',').flatMap((part) => {
  const [first, last = first] = part.split('..').map(Number) as [number, number?];
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
});
const missing = whyNoCyrus();
if (missing !== undefined || seeds.length === 0 || seeds.some((seed) => !Number.isSafeInteger(seed))) {
  process.stderr.write(
    missing === undefined ? `no seeds in ${values.seeds}\n` : `the oracle needs real Cyrus: ${missing}\n`,
  );
  process.exit(missing === undefined ? 64 : 69);
}
const results = await runOracle({
  seeds,
  pairs: Number(values.pairs),
  ...(values.keep === undefined ? {} : { keep: values.keep }),
  onResult: ({
    seed,
    profile,
    verdict,
    harms,
    falseSafe,
    falseAlarms,
    missedHalts,
    exactness,
    exits,
    trace,
    seconds,
  }) => {
    say(
      `seed ${seed} (${profile}): ${verdict}, ${harms.length} harms, ${falseSafe.length} false safe, ` +
        `${falseAlarms.length} false alarms, ${exactness.exact}/${exactness.predicted} exact, ${seconds.toFixed(1)} s`,
    );
    if (values.verbose) for (const line of [...trace, ...exits]) say(`    . ${line}`);
    for (const one of falseSafe) {
      say(`    FALSE SAFE ${one.called} ${one.names.join()} ${one.userid ?? ''} ${one.kind}: ${one.detail}`);
    }
    for (const one of missedHalts) say(`    MISSED HALT ${one}`);
    for (const { mboxname, codes } of falseAlarms) say(`    false alarm ${mboxname}: ${codes.join(' ')}`);
    for (const miss of exactness.misses) say(`    miss ${miss.replaceAll('\n', '\n    ')}`);
  },
});
say(`\n${summary(results)}`);
process.exit(results.some(({ falseSafe, missedHalts }) => falseSafe.length + missedHalts.length > 0) ? 1 : 0);
