import type { ByteSource } from '../../bytes/byte-source.js';
import type { FaultCode, FormatFault } from '../../model/fault.js';
import {
  BTREE_PAGE_TYPES,
  ENCODINGS,
  FREEBLOCK_HEAD,
  INTERIOR_HEAD,
  LEAF_HEAD,
  MAX_DEPTH,
  MAX_PAYLOAD,
  MAX_READ_VERSION,
  MAX_SCHEMA_FORMAT,
  MIN_CELL,
  MIN_PAGE_SIZE,
  MIN_USABLE,
  SQLITE_FRACTIONS,
  SQLITE_MAGIC,
  btreePageHead,
  localPayload,
  sqliteHeader,
  type BtreeFamily,
  type BtreePageType,
} from './layout.js';
import { integerOf, isNull, readColumns, readVarint } from './record.js';

/** Of a row of the schema so much is read: Cyrus's longest statement has some 600 bytes. Unit: bytes. */
const MAX_SCHEMA_ROW = 64 * 1024;
/** A table or index each. Cyrus makes some twenty. */
const MAX_SCHEMA_ROWS = 10_000;
/** One bit for each page is kept. A larger database, of half a terabyte, is checked by its header alone. */
const MAX_PAGES = 1 << 27;

/**
 * Checks the structure of an SQLite 3 database: the header, the list of free pages, the schema and every page of every
 * table and index, as far as SQLite itself stumbles over it. What the rows say is not looked at. The first fault ends it.
 * A file without content is a new database. What a journal or a write-ahead log beside the file would change is not known here.
 * Source: https://www.sqlite.org/fileformat2.html. Run: SQLite 3.40.1.
 */
export function checkSqlite(source: ByteSource, file: string): readonly FormatFault[] {
  return isNew(source) ? [] : asList(new SqliteCheck(source, file).run());
}

/** Of the same only the header, with the length of the file: one read. */
export function checkSqliteHeader(source: ByteSource, file: string): readonly FormatFault[] {
  return isNew(source) ? [] : asList(new SqliteCheck(source, file).checkHeader());
}

const asList = (fault: FormatFault | undefined): readonly FormatFault[] => (fault === undefined ? [] : [fault]);

/** Some systems have SQLite write a byte into a new file. Source: unixFileSize, src/os_unix.c 3.40.1. */
const isNew = ({ size }: ByteSource): boolean => size <= 1;

type Found = FormatFault | undefined;

/** A table or an index. */
interface Root {
  readonly page: number;
  /** undefined = whatever its first page is of. */
  readonly family: BtreeFamily | undefined;
}

/** A page that something points to. */
interface Child {
  readonly page: number;
  readonly depth: number;
}

interface Payload {
  /** Of the whole. */
  readonly length: number;
  /** The beginning of it. */
  readonly bytes: Buffer;
}

class SqliteCheck {
  private pageSize = 0;
  /** Bytes of a page without those for extensions. */
  private usable = 0;
  private pages = 0;
  private seen = new Uint8Array();

  constructor(
    private readonly source: ByteSource,
    private readonly file: string,
  ) {}

  run(): Found {
    const head = this.readHead();
    const fault = this.checkHeader(head);
    if (fault !== undefined || this.pages > MAX_PAGES) return fault;
    this.seen = new Uint8Array(Math.ceil((this.pages + 1) / 8));
    return this.checkFreelist(head) ?? this.checkSchema(head.readUInt32BE(sqliteHeader.offsetOf('encoding')));
  }

  private readHead(): Buffer {
    return Buffer.from(this.zeroFilled(0, sqliteHeader.size));
  }

  checkHeader(head = this.readHead()): Found {
    const at = sqliteHeader.offsetOf;
    const header = (name: keyof typeof sqliteHeader.fields, expected: string, actual: string): FormatFault =>
      this.fault('sqlite-header', at(name), expected, actual);
    const magic = head.subarray(0, SQLITE_MAGIC.length);
    if (!magic.equals(SQLITE_MAGIC)) return header('magic', SQLITE_MAGIC.toString('hex'), magic.toString('hex'));
    const stored = head.readUInt16BE(at('pageSize'));
    this.pageSize = stored === 1 ? 65536 : stored;
    if (this.pageSize < MIN_PAGE_SIZE || (this.pageSize & (this.pageSize - 1)) !== 0)
      return header('pageSize', 'a power of two from 512 to 32768, or 1', String(stored));
    const version = head[at('readVersion')]!;
    if (version > MAX_READ_VERSION) return header('readVersion', '1 or 2', String(version));
    this.usable = this.pageSize - head[at('reserved')]!;
    if (this.usable < MIN_USABLE)
      return header('reserved', `at most ${String(this.pageSize - MIN_USABLE)}`, String(head[at('reserved')]));
    const fractions = head.subarray(at('fractions'), at('fractions') + SQLITE_FRACTIONS.length);
    if (!fractions.equals(SQLITE_FRACTIONS))
      return header('fractions', SQLITE_FRACTIONS.toString('hex'), fractions.toString('hex'));
    // SQLite takes the last byte.
    const format = head.readUInt32BE(at('schemaFormat')) & 0xff;
    if (format > MAX_SCHEMA_FORMAT) return header('schemaFormat', 'at most 4', String(format));
    // A page that is there in part counts, and goes on with zeros.
    const there = Math.ceil(this.source.size / this.pageSize);
    const counted = head.readUInt32BE(at('pageCount'));
    const isCounted =
      counted !== 0 && head.readUInt32BE(at('changeCounter')) === head.readUInt32BE(at('versionValidFor'));
    this.pages = isCounted ? counted : there;
    if (this.pages <= there) return undefined;
    const expected = `${String(counted)} pages of ${String(this.pageSize)} bytes`;
    return this.fault('sqlite-truncated', this.source.size, expected, `${String(this.source.size)} bytes`);
  }

  /** Trunk pages, each with the next and the numbers of leaf pages. Source: fileformat2.html, section 1.5. */
  private checkFreelist(head: Buffer): Found {
    const countAt = sqliteHeader.offsetOf('freelistCount');
    const counted = head.readUInt32BE(countAt);
    let from = sqliteHeader.offsetOf('freelistTrunk');
    let found = 0;
    // No more than are counted are ever taken.
    for (let page = head.readUInt32BE(from); page !== 0 && found < counted;) {
      const fault = this.claim(page, from);
      if (fault !== undefined) return fault;
      const trunk = this.page(page);
      const start = this.startOf(page);
      const leaves = trunk.readUInt32BE(4);
      const most = Math.floor(this.usable / 4) - 2;
      if (leaves > most) return this.pageFault(start + 4, `at most ${String(most)} free pages`, String(leaves));
      for (let i = 0; i < leaves; i++) {
        const leaf = this.claim(trunk.readUInt32BE(8 + 4 * i), start + 8 + 4 * i);
        if (leaf !== undefined) return leaf;
      }
      found += 1 + leaves;
      page = trunk.readUInt32BE(0);
      from = start;
    }
    return found >= counted ? undefined : this.pageFault(countAt, `${String(found)} free pages`, String(counted));
  }

  private checkSchema(encoding: number): Found {
    const roots: Root[] = [];
    let odd: FormatFault | undefined;
    const fault = this.checkTree({ page: 1, family: 'table' }, sqliteHeader.offsetOf('magic'), (row, at) => {
      const read = readSchemaRow(row, ENCODINGS[encoding & 3]!);
      if (read === 'damaged')
        odd ??= this.fault(
          'sqlite-schema',
          at,
          'a row that describes a table or an index',
          row.bytes.toString('hex', 0, 16),
        );
      else if (read !== undefined && roots.length < MAX_SCHEMA_ROWS) roots.push(read);
    });
    if (fault !== undefined || odd !== undefined) return fault ?? odd;
    for (const root of roots) {
      const ofTree = this.checkTree(root, sqliteHeader.size);
      if (ofTree !== undefined) return ofTree;
    }
    return undefined;
  }

  /** @param from where its number stands */
  private checkTree(root: Root, from: number, visitRow?: (row: Payload, at: number) => void): Found {
    const claimed = this.claim(root.page, from);
    if (claimed !== undefined) return claimed;
    const waiting: Child[] = [{ page: root.page, depth: 0 }];
    let { family } = root;
    let leafDepth: number | undefined;
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { page, depth } = next;
      // Overflow pages are read meanwhile.
      const bytes = Buffer.from(this.page(page));
      const start = this.startOf(page);
      const headAt = page === 1 ? sqliteHeader.size : 0;
      const type = BTREE_PAGE_TYPES[bytes[headAt]!];
      if (type === undefined || (family !== undefined && type.family !== family)) {
        const actual = `type ${String(bytes[headAt])}`;
        return this.pageFault(start + headAt, `a page of ${family === 'index' ? 'an index' : 'a table'}`, actual);
      }
      ({ family } = type);
      leafDepth ??= type.isLeaf ? depth : undefined;
      if (type.isLeaf && depth !== leafDepth)
        return this.pageFault(start + headAt, `leaf pages at level ${String(leafDepth)}`, `one at ${String(depth)}`);
      if (depth >= MAX_DEPTH) return this.pageFault(start, `at most ${String(MAX_DEPTH)} levels`, 'more');
      const cells = this.cellsOf(bytes, start, headAt, type, depth === 0);
      if (!Array.isArray(cells)) return cells;
      for (const at of cells) {
        const fault = this.checkCell(
          bytes,
          start,
          at,
          type,
          (child) => waiting.push({ page: child, depth: depth + 1 }),
          visitRow,
        );
        if (fault !== undefined) return fault;
      }
      if (!type.isLeaf) {
        const at = headAt + btreePageHead.offsetOf('rightChild');
        const right = bytes.readUInt32BE(at);
        const fault = this.claim(right, start + at);
        if (fault !== undefined) return fault;
        waiting.push({ page: right, depth: depth + 1 });
      }
    }
    return undefined;
  }

  /** Where the cells of a page are, once they and the free space between them were found to lie side by side. */
  private cellsOf(
    bytes: Buffer,
    start: number,
    headAt: number,
    type: BtreePageType,
    isRoot: boolean,
  ): number[] | FormatFault {
    const of = (name: keyof typeof btreePageHead.fields): number => headAt + btreePageHead.offsetOf(name);
    const count = bytes.readUInt16BE(of('cells'));
    const pointersAt = headAt + (type.isLeaf ? LEAF_HEAD : INTERIOR_HEAD);
    const pointersEnd = pointersAt + 2 * count;
    const most = Math.floor((this.pageSize - LEAF_HEAD) / MIN_CELL);
    if (count > most) return this.pageFault(start + of('cells'), `at most ${String(most)} cells`, String(count));
    // Page 1 has less room than others, so that all it holds may have gone into a page below it.
    if (count === 0 && !(isRoot && (type.isLeaf || headAt !== 0)))
      return this.pageFault(start + of('cells'), 'cells', 'none');
    const contentAt = bytes.readUInt16BE(of('contentAt')) || 65536;
    if (contentAt > this.usable || contentAt < pointersEnd) {
      const expected = `cells from byte ${String(pointersEnd)} to ${String(this.usable)} of the page`;
      return this.pageFault(start + of('contentAt'), expected, `from ${String(contentAt)}`);
    }
    const spans: { readonly from: number; readonly to: number }[] = [];
    let blockAt = bytes.readUInt16BE(of('firstFreeblock'));
    for (let from = of('firstFreeblock'), least = contentAt; blockAt !== 0;) {
      if (blockAt < least || blockAt > this.usable - FREEBLOCK_HEAD)
        return this.pageFault(start + from, `free space behind byte ${String(least)}`, `at ${String(blockAt)}`);
      const end = blockAt + bytes.readUInt16BE(blockAt + 2);
      if (end > this.usable || end < blockAt + FREEBLOCK_HEAD)
        return this.pageFault(start + blockAt + 2, `free space up to byte ${String(this.usable)}`, `to ${String(end)}`);
      spans.push({ from: blockAt, to: end });
      from = blockAt;
      // Closer ones would have been joined.
      least = end + FREEBLOCK_HEAD;
      blockAt = bytes.readUInt16BE(blockAt);
    }
    const free = spans.reduce((sum, { from, to }) => sum + to - from, bytes[of('fragmentedBytes')]!);
    if (contentAt + free > this.usable)
      return this.pageFault(
        start + of('fragmentedBytes'),
        `at most ${String(this.usable - contentAt)} free bytes`,
        String(free),
      );
    const cells: number[] = [];
    for (let i = 0; i < count; i++) {
      const at = bytes.readUInt16BE(pointersAt + 2 * i);
      const end = at < contentAt || at > this.usable - FREEBLOCK_HEAD ? undefined : this.endOfCell(bytes, at, type);
      if (end === undefined || end > this.usable) {
        const expected = `a cell from byte ${String(contentAt)} to ${String(this.usable)} of the page`;
        return this.pageFault(start + pointersAt + 2 * i, expected, `at ${String(at)}`);
      }
      cells.push(at);
      spans.push({ from: at, to: end });
    }
    spans.sort((one, other) => one.from - other.from);
    for (let i = 1; i < spans.length; i++) {
      const { from } = spans[i]!;
      if (from < spans[i - 1]!.to) return this.pageFault(start + from, 'bytes of one cell', 'bytes of two');
    }
    return cells;
  }

  /** What a cell has before its payload, and how much of it. undefined = the page ends before. */
  private measureCell(
    bytes: Buffer,
    at: number,
    { family, isLeaf }: BtreePageType,
  ): { readonly payloadAt: number; readonly length: number; readonly local: number } | undefined {
    let payloadAt = at + (isLeaf ? 0 : 4);
    let length = 0;
    if (family === 'index' || isLeaf) {
      const read = readVarint(bytes, payloadAt, this.usable);
      if (read === undefined) return undefined;
      ({ value: length, end: payloadAt } = read);
    }
    if (family === 'table') {
      const rowid = readVarint(bytes, payloadAt, this.usable);
      if (rowid === undefined) return undefined;
      payloadAt = rowid.end;
    }
    if (length > MAX_PAYLOAD) return undefined;
    return { payloadAt, length, local: localPayload(length, this.usable, family === 'table') };
  }

  private endOfCell(bytes: Buffer, at: number, type: BtreePageType): number | undefined {
    const cell = this.measureCell(bytes, at, type);
    if (cell === undefined) return undefined;
    const { payloadAt, length, local } = cell;
    return Math.max(payloadAt + local + (local < length ? 4 : 0), at + FREEBLOCK_HEAD);
  }

  /** Follows what a cell points to. */
  private checkCell(
    bytes: Buffer,
    start: number,
    at: number,
    type: BtreePageType,
    addChild: (page: number) => void,
    visitRow: ((row: Payload, at: number) => void) | undefined,
  ): Found {
    if (!type.isLeaf) {
      const child = bytes.readUInt32BE(at);
      const fault = this.claim(child, start + at);
      if (fault !== undefined) return fault;
      addChild(child);
    }
    const { payloadAt, length, local } = this.measureCell(bytes, at, type)!;
    const parts = visitRow === undefined ? undefined : [bytes.subarray(payloadAt, payloadAt + local)];
    if (local < length) {
      const fault = this.checkOverflow(
        bytes.readUInt32BE(payloadAt + local),
        length - local,
        start + payloadAt + local,
        parts,
      );
      if (fault !== undefined) return fault;
    }
    if (parts !== undefined && type.isLeaf)
      visitRow!({ length, bytes: Buffer.concat(parts).subarray(0, length) }, start + payloadAt);
    return undefined;
  }

  /** The pages that hold the rest of a payload. @param from where the number of the first stands */
  private checkOverflow(first: number, length: number, from: number, parts: Buffer[] | undefined): Found {
    const room = this.usable - 4;
    const count = Math.ceil(length / room);
    let kept = 0;
    let page = first;
    for (let i = 0; i < count; i++) {
      const fault = this.claim(page, from);
      if (fault !== undefined) return fault;
      const bytes = this.page(page);
      if (parts !== undefined && kept < MAX_SCHEMA_ROW) {
        parts.push(Buffer.from(bytes.subarray(4, this.usable)));
        kept += room;
      }
      from = this.startOf(page);
      page = bytes.readUInt32BE(0);
    }
    return undefined;
  }

  /** Takes a page for what points to it from `from`: there is such a page, and nothing else points to it. */
  private claim(page: number, from: number): Found {
    if (page < 1 || page > this.pages)
      return this.pageFault(from, `a page up to ${String(this.pages)}`, `page ${String(page)}`);
    const bit = 1 << (page & 7);
    if ((this.seen[page >>> 3]! & bit) !== 0)
      return this.pageFault(from, 'a page that is used once', `page ${String(page)}`);
    this.seen[page >>> 3]! |= bit;
    return undefined;
  }

  private startOf(page: number): number {
    return (page - 1) * this.pageSize;
  }

  private page(page: number): Buffer {
    return this.zeroFilled(this.startOf(page), this.pageSize);
  }

  /** Behind the end of the file SQLite reads zeros. */
  private zeroFilled(offset: number, length: number): Buffer {
    const bytes = this.source.read(offset, length);
    return bytes.length === length ? bytes : Buffer.concat([bytes], length);
  }

  private pageFault(offset: number, expected: string, actual: string): FormatFault {
    return this.fault('sqlite-page', offset, expected, actual);
  }

  private fault(code: FaultCode, offset: number, expected: string, actual: string): FormatFault {
    return { code, file: this.file, offset, expected, actual };
  }
}

/**
 * A row of the schema: type, name, table, first page, statement. undefined = it has no pages, as a view.
 * Source: fileformat2.html, section 2.6; sqlite3InitCallback, src/prepare.c 3.40.1.
 */
function readSchemaRow({ length, bytes }: Payload, encoding: (typeof ENCODINGS)[number]): Root | 'damaged' | undefined {
  const columns = readColumns(bytes, length, 5);
  if (columns?.length !== 5) return 'damaged';
  const [type, name, , first, statement] = columns.map((column) => ({
    ...column,
    text: textOf(column.bytes, encoding),
  }));
  const isStatement = statement!.text === undefined || /^cr/i.test(statement!.text);
  // An index that a constraint makes has a name and no statement.
  const isAutomatic = !isNull(name!) && (isNull(statement!) || statement!.text === '');
  if (!isStatement && !isAutomatic) return 'damaged';
  if (type!.text !== 'table' && type!.text !== 'index') return undefined;
  if (first!.bytes === undefined || isNull(first!)) return undefined;
  const page = integerOf(first!);
  if (page === undefined || page < 0) return 'damaged';
  // A virtual table has none.
  if (page === 0) return undefined;
  const isOrdered = statement!.text === undefined || /without/i.test(statement!.text);
  return { page, family: type!.text === 'index' ? 'index' : isOrdered ? undefined : 'table' };
}

function textOf(bytes: Buffer | undefined, encoding: (typeof ENCODINGS)[number]): string | undefined {
  if (bytes === undefined) return undefined;
  if (encoding !== 'utf16be') return bytes.toString(encoding);
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString('utf16le');
}
