import type { FormatFault } from '../../../model/fault.js';
import type { IndexHeader } from '../../../model/index-file.js';
import { recordOffsets, scanRecords, type FlagCrcs, type RecordBlock, type RecordTotals } from '../scan-records.js';
import type { IndexVersion } from '../versions/index-version.js';
import { KERNEL_BUFFER_SIZE, ScanKernel } from './scan-kernel.js';

const kernel = new ScanKernel();

/** Does what `scanRecords` does; as long as records are sound, in WebAssembly. */
export function scanBlock(
  block: RecordBlock,
  version: IndexVersion,
  header: IndexHeader,
  flagCrcs: FlagCrcs,
  totals: RecordTotals,
  faults: FormatFault[],
  file: string,
): void {
  const o = recordOffsets(version);
  const most = Math.floor(KERNEL_BUFFER_SIZE / o.size);
  for (let first = 0; first < block.count; first += most) {
    const count = Math.min(most, block.count - first);
    const from = first * o.size;
    const bytes = block.bytes.subarray(from, from + count * o.size);
    bytes.copy(kernel.buffers[0]);
    if (kernel.scan(o, header, flagCrcs, totals, 0, count)) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const part = { bytes, view, count, fileOffset: block.fileOffset + from };
    scanRecords(part, version, header, flagCrcs, totals, faults, file);
  }
}
