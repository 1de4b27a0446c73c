/** `npm run live -- [--seconds 600] [--seed N]`: audits beside servers under load. Ends with 1 when one of them cried. */
import { parseArgs } from 'node:util';
import { startPair, whyNoCyrus } from '../../../fixtures/make/instance.js';
import { auditUnderLoad, LIVE_CONF } from './audits.js';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, seed: { type: 'string', default: '1' } },
});
const missing = whyNoCyrus();
if (missing !== undefined) {
  process.stderr.write(`servers under load need real Cyrus: ${missing}\n`);
  process.exit(69);
}
const pair = await startPair({ conf: LIVE_CONF });
try {
  const run = await auditUnderLoad(pair, Number(values.seconds), Number(values.seed));
  process.stdout.write(`${JSON.stringify(run, null, 2)}\n`);
  process.exitCode = run.wrong.length + run.unaudited.length > 0 ? 1 : 0;
} finally {
  await pair.dispose();
}
