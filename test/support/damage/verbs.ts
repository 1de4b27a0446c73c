/** What is done to the bytes of a field. Each gives new bytes; those that come out unchanged are no damage. */
import type { Field, Layout } from '../../../src/bytes/layout.js';

export type ByteVerb = 'flip' | 'zero' | 'max';

/** `flip` turns the lowest bit, as the number is written. */
const BYTE_VERBS: Readonly<Record<ByteVerb, (bytes: Buffer, littleEndian: boolean) => void>> = {
  flip: (bytes, littleEndian) => {
    const at = littleEndian ? 0 : bytes.length - 1;
    bytes[at] = bytes[at]! ^ 1;
  },
  zero: (bytes) => bytes.fill(0),
  max: (bytes) => bytes.fill(0xff),
};

/** The first of four words holds the flags that are in use. */
const significant = (field: Field, bytes: Buffer): Buffer => (field.kind === 'u32x4' ? bytes.subarray(0, 4) : bytes);

export interface FieldDamage {
  readonly field: string;
  readonly verb: ByteVerb;
  /** The structure with the field changed. */
  readonly bytes: Buffer;
}

/** Every field of a table times every verb that changes it; reserved ranges count as a field of their own. */
export function damageFields(layout: Layout, bytes: Buffer, except: readonly string[] = []): FieldDamage[] {
  const fields = [...Object.entries(layout.fields), ...spareFields(layout)];
  return fields
    .filter(([name]) => !except.includes(name))
    .flatMap(([field, at]) =>
      (Object.keys(BYTE_VERBS) as ByteVerb[]).flatMap((verb) => {
        const damaged = Buffer.from(bytes);
        const part = damaged.subarray(at.at, at.at + at.length);
        BYTE_VERBS[verb](verb === 'flip' ? significant(at, part) : part, at.kind.endsWith('le'));
        return damaged.equals(bytes) ? [] : [{ field, verb, bytes: damaged }];
      }),
    );
}

function spareFields(layout: Layout): [string, Field][] {
  const spare: [string, Field][] = [];
  let end = 0;
  for (const field of Object.values<Field>(layout.fields).sort((a, b) => a.at - b.at)) {
    if (field.at > end) spare.push(['(reserved)', { kind: 'bytes', at: end, length: field.at - end }]);
    end = field.at + field.length;
  }
  if (end < layout.size) spare.push(['(reserved)', { kind: 'bytes', at: end, length: layout.size - end }]);
  return spare;
}

/** A text with the lowest bit of its last character turned. */
export function flipText(text: string): string {
  return text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) ^ 1);
}
