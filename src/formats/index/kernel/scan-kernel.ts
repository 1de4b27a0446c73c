import { SCAN_KERNEL } from '../../../generated/scan-kernel.js';
import { LEGAL_SYSTEM_FLAGS, SYSTEM_FLAG_NAMES, type IndexHeader } from '../../../model/index-file.js';
import type { FlagCrcs, RecordOffsets, RecordTotals } from '../scan-records.js';
import { flagNameCrc, VIRTUAL_TEXTS } from '../sync-crc.js';

/** Places in the memory of the kernel, in bytes. The same as in assembly/scan.ts. */
const CONFIG = 1024;
const OUT = 2048;
const USER_FLAG_CRCS = 2560;
const TEXTS = 3072;
const TEXT_SIZE = 64;
const BUFFERS = 65536;

/** Length of each of the two buffers in which the kernel finds what it scans. */
export const KERNEL_BUFFER_SIZE = 256 * 1024;

/** What the module exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  init(): void;
  scan(from: number, count: number): number;
}

/** The part of WebAssembly that is used; Node's types leave it to those of browsers. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
}

/**
 * Checks and adds up records as `scanRecords` does, in WebAssembly, as long as all is sound: a process that looks at some
 * thousand mailboxes is over before JavaScript is fast. Its memory holds the two indexes of a pair.
 */
export class ScanKernel {
  /** Where the bytes of the one and of the other index go. */
  readonly buffers: readonly [Buffer, Buffer];
  private readonly exports: Exports | undefined;
  private readonly config: Int32Array;
  private readonly userFlagCrcs: Int32Array;
  private readonly results: DataView;
  private configured: RecordOffsets | undefined;

  /** @param useWasm false = leave everything to the twin, as where there is no WebAssembly */
  constructor(useWasm = true) {
    this.exports = useWasm ? instantiate() : undefined;
    const memory = this.exports?.memory.buffer ?? new ArrayBuffer(BUFFERS + 2 * KERNEL_BUFFER_SIZE);
    this.config = new Int32Array(memory, CONFIG, 32);
    this.userFlagCrcs = new Int32Array(memory, USER_FLAG_CRCS, 128);
    this.results = new DataView(memory, OUT, 80);
    this.buffers = [
      Buffer.from(memory, BUFFERS, KERNEL_BUFFER_SIZE),
      Buffer.from(memory, BUFFERS + KERNEL_BUFFER_SIZE, KERNEL_BUFFER_SIZE),
    ];
    for (const [bit, name] of SYSTEM_FLAG_NAMES) this.config[20 + 31 - Math.clz32(bit)] = flagNameCrc(name);
    const texts = Buffer.from(memory, TEXTS, 4 * TEXT_SIZE);
    const { savedate, createdmodseq, thrid, basethrid } = VIRTUAL_TEXTS;
    for (const [i, text] of [savedate, createdmodseq, thrid, basethrid].entries()) {
      texts[i * TEXT_SIZE] = text.length;
      texts.write(text, i * TEXT_SIZE + 1, 'latin1');
    }
  }

  /**
   * Adds up `count` records of an index that begin at `at` in the first buffer, behind those that `totals` has. False when
   * there is anything in them that is not plainly sound, or a version that the kernel does not know: then nothing is added,
   * and `scanRecords` tells more.
   */
  scan(
    o: RecordOffsets,
    header: IndexHeader,
    flagCrcs: FlagCrcs,
    totals: RecordTotals,
    at = header.startOffset,
    count = header.numRecords,
  ): boolean {
    const { exports, config } = this;
    if (exports === undefined || o.isWide || o.modseqMayBeShifted || o.guid < 0 || o.modseq < 0) return false;
    if (header.minorVersion < 12) return false;
    if (this.configured !== o) this.configure(o);
    config[14] = LEGAL_SYSTEM_FLAGS;
    config[15] = header.lastUid;
    config[16] = Math.floor(header.highestmodseq / 4294967296);
    config[17] = header.highestmodseq;
    config[19] = totals.maxUid;
    for (let word = 0; word < 4; word++) config[26 + word] = 0;
    for (let flag = 0; flag < flagCrcs.length; flag++) {
      const crc = flagCrcs.ofUserFlag(flag);
      if (crc === undefined) continue;
      this.userFlagCrcs[flag] = crc;
      config[26 + (flag >>> 5)]! |= 1 << (flag & 31);
    }
    if (exports.scan(BUFFERS + at, count) === 0) return false;
    const { results } = this;
    totals.records += count;
    totals.exists += results.getUint32(0, true);
    totals.answered += results.getUint32(4, true);
    totals.flagged += results.getUint32(8, true);
    totals.deleted += results.getUint32(12, true);
    totals.unseen += results.getUint32(16, true);
    totals.expunged += results.getUint32(20, true);
    totals.archived += results.getUint32(24, true);
    totals.crcBasic ^= results.getInt32(28, true);
    totals.crcAnnot ^= results.getInt32(32, true);
    totals.crcAnnotPadded ^= results.getInt32(36, true);
    totals.maxUid = results.getUint32(40, true);
    totals.quotaUsed += results.getFloat64(48, true);
    totals.maxModseq = Math.max(totals.maxModseq, results.getFloat64(56, true));
    totals.quotaDeleted += results.getFloat64(64, true);
    totals.quotaExpunged += results.getFloat64(72, true);
    return true;
  }

  private configure(o: RecordOffsets): void {
    this.config.set([
      o.size,
      o.uid,
      o.internaldate,
      o.messageSize,
      o.lastUpdated,
      o.systemFlags,
      o.userFlags,
      o.savedate,
      o.guid,
      o.modseq,
      o.cid,
      o.createdmodseq,
      o.basecid,
      o.crc,
    ]);
    this.config[18] = o.headerSize;
    this.configured = o;
  }
}

function instantiate(): Exports | undefined {
  const api = (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;
  if (api === undefined) return undefined;
  const module = new api.Module(Buffer.from(SCAN_KERNEL, 'base64'));
  const exports = new api.Instance(module).exports as Exports;
  exports.init();
  return exports;
}
