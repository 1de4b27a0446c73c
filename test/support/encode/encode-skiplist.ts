/** One change: a value is stored under the key, or the key is deleted when there is none. */
export type SkiplistChange = readonly [key: Buffer, value: Buffer | undefined];

interface Written {
  readonly offset: number;
  readonly type: number;
  readonly level: number;
  readonly key: Buffer;
  readonly value: Buffer;
}

const HEADER = 48;
const MAX_LEVEL = 20;
const DUMMY_END = HEADER + 4 * (3 + MAX_LEVEL + 1);
const [INORDER, ADD, DELETE, COMMIT, DUMMY] = [1, 2, 4, 255, 257] as const;

/**
 * A skiplist database written from cyrusdb.md section 4: the rows of a checkpoint, a log of transactions, and one that
 * was not finished. The pointers are those of the last change, finished or not, as they are overwritten in place.
 */
export function encodeSkiplist(
  checkpoint: readonly (readonly [key: Buffer, value: Buffer])[],
  transactions: readonly (readonly SkiplistChange[])[] = [],
  uncommitted: readonly SkiplistChange[] = [],
): Buffer {
  const live = new Map<string, Written>();
  const records: Written[] = [];
  /** DELETE and COMMIT: words at an offset. */
  const marks: { readonly offset: number; readonly words: readonly number[] }[] = [];
  let end = DUMMY_END;
  const write = (type: number, key: Buffer, value: Buffer): void => {
    const level = Math.min(MAX_LEVEL, 1 + trailingZeros(records.length + 1));
    const record = { offset: end, type, level, key, value };
    records.push(record);
    live.set(key.toString('latin1'), record);
    end += 12 + padded(key.length) + padded(value.length) + 4 * (level + 1);
  };
  const mark = (...words: readonly number[]): void => {
    marks.push({ offset: end, words });
    end += 4 * words.length;
  };
  const apply = (changes: readonly SkiplistChange[]): void => {
    for (const [key, value] of changes) {
      const old = live.get(key.toString('latin1'));
      if (old !== undefined) mark(DELETE, old.offset);
      live.delete(key.toString('latin1'));
      if (value !== undefined) write(ADD, key, value);
    }
  };
  for (const [key, value] of checkpoint) write(INORDER, key, value);
  const logStart = end;
  for (const changes of transactions) {
    apply(changes);
    mark(COMMIT);
  }
  apply(uncommitted);

  const links = new Map<number, number[]>();
  const after = new Array<number>(MAX_LEVEL).fill(0);
  for (const { offset, level } of [...live.values()].sort((a, b) => Buffer.compare(b.key, a.key))) {
    links.set(offset, after.slice(0, level));
    after.fill(offset, 0, level);
  }
  const file = Buffer.alloc(end);
  const put = (offset: number, ...words: readonly number[]): void => {
    for (const [i, word] of words.entries()) file.writeUInt32BE(word, offset + 4 * i);
  };
  Buffer.from('a1028b0d736b69706c6973742066696c65000000', 'hex').copy(file);
  const curlevel = Math.max(1, ...records.map(({ level }) => level));
  put(20, 1, 2, MAX_LEVEL, curlevel, checkpoint.length, logStart, 0);
  put(HEADER, DUMMY, 0, 0, ...after, 0xffffffff);
  for (const { offset, type, level, key, value } of records) {
    put(offset, type, key.length);
    key.copy(file, offset + 8);
    const valueAt = offset + 8 + padded(key.length);
    put(valueAt, value.length);
    value.copy(file, valueAt + 4);
    const pointers = links.get(offset) ?? new Array<number>(level).fill(0);
    put(valueAt + 4 + padded(value.length), ...pointers, 0xffffffff);
  }
  for (const { offset, words } of marks) put(offset, ...words);
  return file;
}

const padded = (length: number): number => Math.ceil(length / 4) * 4;
const trailingZeros = (n: number): number => 31 - Math.clz32(n & -n);
