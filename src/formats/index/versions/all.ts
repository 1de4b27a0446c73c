import type { IndexVersion } from './index-version.js';
import { v12 } from './v12.js';
import { v13 } from './v13.js';
import { v14 } from './v14.js';
import { v15 } from './v15.js';
import { v16 } from './v16.js';
import { v17 } from './v17.js';
import { v18 } from './v18.js';
import { v19 } from './v19.js';

/** Every version that can be decoded, by minor version. */
export const INDEX_VERSIONS: ReadonlyMap<number, IndexVersion> = new Map(
  [v12, v13, v14, v15, v16, v17, v18, v19].map((version) => [version.minor, version]),
);

/** Versions that exist but are not decoded here, with the releases that wrote them. */
export const KNOWN_UNSUPPORTED: ReadonlyMap<number, string> = new Map([
  [6, '2.2'],
  [7, '2.3.0 to 2.3.3'],
  [8, 'development before 2.3.7'],
  [9, '2.3.7 to 2.3.9'],
  [10, '2.3.10 to 2.3.20'],
  [20, '3.13'],
]);
