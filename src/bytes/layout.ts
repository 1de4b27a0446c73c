/** How a field is encoded. Multi-byte fields are big-endian but for those whose kind ends in `le`. */
export type FieldKind =
  'u8' | 'u16' | 'u32' | 'u64' | 'u16le' | 'u32le' | 'u64le' | 'time32' | 'timeNs' | 'bytes' | 'u32x4';

export interface Field {
  readonly kind: FieldKind;
  readonly at: number;
  readonly length: number;
}

export const u8 = (at: number): Field => ({ kind: 'u8', at, length: 1 });
export const u16 = (at: number): Field => ({ kind: 'u16', at, length: 2 });
export const u32 = (at: number): Field => ({ kind: 'u32', at, length: 4 });
export const u64 = (at: number): Field => ({ kind: 'u64', at, length: 8 });
/** Little-endian, as twom writes. */
export const u16le = (at: number): Field => ({ kind: 'u16le', at, length: 2 });
export const u32le = (at: number): Field => ({ kind: 'u32le', at, length: 4 });
export const u64le = (at: number): Field => ({ kind: 'u64le', at, length: 8 });
/** Unsigned seconds since the epoch. */
export const time32 = (at: number): Field => ({ kind: 'time32', at, length: 4 });
/** Unsigned nanoseconds since the epoch. */
export const timeNs = (at: number): Field => ({ kind: 'timeNs', at, length: 8 });
export const bytes = (at: number, length: number): Field => ({ kind: 'bytes', at, length });
/** Four consecutive u32, as Cyrus keeps the user flags. */
export const u32x4 = (at: number): Field => ({ kind: 'u32x4', at, length: 16 });

export interface Layout<Names extends string = string> {
  readonly size: number;
  readonly fields: Readonly<Record<Names, Field>>;
  /** Offset of a field, or -1 when this layout lacks it. */
  readonly offsetOf: (name: string) => number;
}

/**
 * Declares a fixed-size structure. `spare` lists `[offset, length]` ranges that the format reserves.
 * Throws when fields and spares overlap, leave a gap or do not add up to `size`: a table that was typed
 * wrongly must not load.
 */
export function defineLayout<Names extends string>(
  size: number,
  fields: Readonly<Record<Names, Field>>,
  spare: readonly (readonly [number, number])[] = [],
): Layout<Names> {
  const parts = [
    ...Object.entries<Field>(fields).map(([name, f]) => ({ name, at: f.at, length: f.length })),
    ...spare.map(([at, length]) => ({ name: 'spare', at, length })),
  ].sort((a, b) => a.at - b.at);
  let end = 0;
  for (const part of parts) {
    if (part.at > end) throw new Error(`layout: gap at ${String(end)} before ${part.name}`);
    if (part.at < end) throw new Error(`layout: ${part.name} at ${String(part.at)} overlaps the field before it`);
    end += part.length;
  }
  if (end !== size) throw new Error(`layout: fields end at ${String(end)}, the structure at ${String(size)}`);
  const offsets = new Map(Object.entries<Field>(fields).map(([name, f]) => [name, f.at]));
  return { size, fields, offsetOf: (name) => offsets.get(name) ?? -1 };
}

/** Reads an unsigned 64-bit big-endian integer as a number: exact below 2^53, rounded above. */
export function readU64(view: DataView, at: number): number {
  return view.getUint32(at) * 4294967296 + view.getUint32(at + 4);
}

/** As `readU64`, little-endian. */
export function readU64le(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 4294967296 + view.getUint32(at, true);
}

const NS_PER_SECOND = 1_000_000_000;

/** Whole seconds of an unsigned 64-bit count of nanoseconds: exact, without a BigInt for every record. */
export function readNsSeconds(view: DataView, at: number): number {
  let seconds = 0;
  let rest = 0;
  for (let i = 0; i < 8; i += 2) {
    rest = rest * 65536 + view.getUint16(at + i);
    const part = Math.floor(rest / NS_PER_SECOND);
    seconds = seconds * 65536 + part;
    rest -= part * NS_PER_SECOND;
  }
  return seconds;
}

/** Nanoseconds beyond the whole second of an unsigned 64-bit count of nanoseconds. */
export function readNsFraction(view: DataView, at: number): number {
  let rest = 0;
  for (let i = 0; i < 8; i += 2) rest = (rest * 65536 + view.getUint16(at + i)) % NS_PER_SECOND;
  return rest;
}

/** Decodes one numeric field; times come out in whole seconds, whatever their encoding. */
export function readNumber(view: DataView, base: number, field: Field): number {
  const at = base + field.at;
  switch (field.kind) {
    case 'u8':
      return view.getUint8(at);
    case 'u16':
      return view.getUint16(at);
    case 'u32':
    case 'time32':
      return view.getUint32(at);
    case 'u64':
      return readU64(view, at);
    case 'u16le':
      return view.getUint16(at, true);
    case 'u32le':
      return view.getUint32(at, true);
    case 'u64le':
      return readU64le(view, at);
    case 'timeNs':
      return readNsSeconds(view, at);
    case 'bytes':
    case 'u32x4':
      throw new TypeError(`layout: a ${field.kind} field is not a number`);
  }
}
