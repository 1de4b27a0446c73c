import { runTask } from '../src/audit/run-task.js';
import { toReply } from '../src/pool/to-reply.js';

export default toReply(runTask);
