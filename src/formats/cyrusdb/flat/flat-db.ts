import type { FormatFault } from '../../../model/fault.js';
import { visitRows, type CyrusDb, type CyrusDbRow, type RowVisitor } from '../cyrusdb.js';

/** A flat database that was read whole; its rows are in raw order. */
export class FlatDb implements CyrusDb {
  readonly format = 'flat';

  constructor(
    private readonly sorted: readonly CyrusDbRow[],
    readonly faults: readonly FormatFault[],
  ) {}

  get count(): number {
    return this.sorted.length;
  }

  *rows(from?: Buffer): Generator<CyrusDbRow> {
    for (let i = from === undefined ? 0 : this.search(from); i < this.sorted.length; i++) yield this.sorted[i]!;
  }

  get(key: Buffer): Buffer | undefined {
    const row = this.sorted[this.search(key)];
    return row?.key.equals(key) === true ? row.value : undefined;
  }

  verify(visit?: RowVisitor): readonly FormatFault[] {
    visitRows(this, visit);
    return this.faults;
  }

  private search(key: Buffer): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sorted[middle]!.key.compare(key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
