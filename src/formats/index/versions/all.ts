import type { IndexVersion } from './index-version.js';
import { v06 } from './v06.js';
import { v07 } from './v07.js';
import { v08 } from './v08.js';
import { v09 } from './v09.js';
import { v10 } from './v10.js';
import { v12 } from './v12.js';
import { v13 } from './v13.js';
import { v14 } from './v14.js';
import { v15 } from './v15.js';
import { v16 } from './v16.js';
import { v17 } from './v17.js';
import { v18 } from './v18.js';
import { v19, v19Wide } from './v19.js';
import { v20 } from './v20.js';

/** Every version that can be decoded, by minor version. */
export const INDEX_VERSIONS: ReadonlyMap<number, IndexVersion> = new Map(
  [v06, v07, v08, v09, v10, v12, v13, v14, v15, v16, v17, v18, v19, v20].map((version) => [version.minor, version]),
);

/** Tables for headers that state another record size than their version has. */
export const RECORD_SIZE_EXCEPTIONS: readonly IndexVersion[] = [v19Wide];
