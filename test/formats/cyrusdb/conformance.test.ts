import { crc32 } from 'node:zlib';
import { buildTwoskip, twoskipHeader } from '../../support/build-twoskip.js';
import { describeConformance } from '../../support/cyrusdb-conformance.js';
import { encodeFlat } from '../../support/encode/encode-flat.js';
import { encodeSkiplist } from '../../support/encode/encode-skiplist.js';
import { encodeTwom } from '../../support/encode/encode-twom.js';

describeConformance({ format: 'flat', encode: encodeFlat, alignment: 1 });
describeConformance({
  format: 'skiplist',
  encode: (rows) => encodeSkiplist(rows),
  encodeCrashed: (rows, uncommitted) => encodeSkiplist(rows, [], uncommitted),
  alignment: 4,
});
describeConformance({
  format: 'twoskip',
  encode: buildTwoskip,
  encodeCrashed: (rows, uncommitted) => crashTwoskip(buildTwoskip(rows), uncommitted, rows.length),
  alignment: 8,
});
describeConformance({
  format: 'twom',
  encode: (rows) => encodeTwom(rows.length === 0 ? [] : [rows]),
  encodeCrashed: (rows, uncommitted) => encodeTwom([rows], { uncommitted }),
  alignment: 8,
});

/** Records behind the committed end, to which all links of the dummy record but one lead already. */
function crashTwoskip(file: Buffer, uncommitted: readonly (readonly [Buffer, Buffer])[], count: number): Buffer {
  const [DUMMY, FIRST] = [64, 336];
  const added = buildTwoskip(uncommitted).subarray(FIRST);
  const crashed = Buffer.concat([file, added]);
  twoskipHeader({ count, size: file.length, dirty: true }).copy(crashed);
  for (let link = 1; link < 8; link++) crashed.writeBigUInt64BE(BigInt(file.length), DUMMY + 8 + 8 * link);
  crashed.writeUInt32BE(crc32(crashed.subarray(DUMMY, FIRST - 8)), FIRST - 8);
  return crashed;
}
