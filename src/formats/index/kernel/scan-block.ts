import type { FormatFault } from '../../../model/fault.js';
import type { IndexHeader } from '../../../model/index-file.js';
import { recordOffsets, scanRecords, type FlagCrcs, type RecordBlock, type RecordTotals } from '../scan-records.js';
import type { IndexVersion } from '../versions/index-version.js';
import { KERNEL_BUFFER_SIZE, ScanKernel } from './scan-kernel.js';

/** Of this thread. What is in its buffers is good until the next call of `scanBlock`. */
export const kernel = new ScanKernel();

/** Records in the first buffer of the kernel. */
export interface LoadedRun {
  readonly at: number;
  readonly count: number;
  readonly fileOffset: number;
}

/** Does what `scanRecords` does, of records in the first buffer; as long as they are sound, in WebAssembly. */
export function scanLoaded(
  { at, count, fileOffset }: LoadedRun,
  version: IndexVersion,
  header: IndexHeader,
  flagCrcs: FlagCrcs,
  totals: RecordTotals,
  faults: FormatFault[],
  file: string,
): void {
  const o = recordOffsets(version);
  if (kernel.scan(o, header, flagCrcs, totals, at, count)) return;
  const bytes = kernel.buffers[0].subarray(at, at + count * o.size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  scanRecords({ bytes, view, count, fileOffset }, version, header, flagCrcs, totals, faults, file);
}

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
  const { size } = recordOffsets(version);
  const most = Math.floor(KERNEL_BUFFER_SIZE / size);
  for (let first = 0; first < block.count; first += most) {
    const count = Math.min(most, block.count - first);
    const from = first * size;
    block.bytes.copy(kernel.buffers[0], 0, from, from + count * size);
    const run = { at: 0, count, fileOffset: block.fileOffset + from };
    scanLoaded(run, version, header, flagCrcs, totals, faults, file);
  }
}
