import { runTask } from '../src/audit/run-task.js';
import { toPackedReply } from '../src/pool/to-reply.js';

export default toPackedReply(runTask);
