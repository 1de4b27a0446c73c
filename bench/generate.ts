/** `generate.ts DIR CONTENT`: writes one side, in a process of its own that can be stopped. */
import { writeSide, type SideContent } from '../test/support/encode/write-side.js';

const [, , dir = '', content = ''] = process.argv;
writeSide(dir, JSON.parse(content) as SideContent);
