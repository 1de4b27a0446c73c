import { runTask } from '../src/audit/run-task.js';
import { packResult } from '../src/pool/pack-findings.js';
import { toReply } from '../src/pool/to-reply.js';

export default toReply((work: Parameters<typeof runTask>[0]) => packResult(runTask(work)));
