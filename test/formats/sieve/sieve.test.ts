import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSieveBytecode } from '../../../src/formats/sieve/bytecode.js';
import { readSieveDirectory, type SieveEntry } from '../../../src/formats/sieve/script-directory.js';

const files = (...names: string[]): SieveEntry[] => names.map((name) => ({ name }));

describe('a script directory', () => {
  test('of 3.4: source and bytecode, and a link to the active one', () => {
    expect(
      readSieveDirectory([
        ...files('away.script', 'away.bc', 'b.script', 'a b.bc'),
        { name: 'defaultbc', target: 'away.bc' },
      ]),
    ).toEqual({
      scripts: [
        { name: 'a b', hasSource: false, hasBytecode: true },
        { name: 'away', hasSource: true, hasBytecode: true },
        { name: 'b', hasSource: true, hasBytecode: false },
      ],
      activeTarget: 'away.bc',
      active: 'away',
      leftovers: [],
      others: [],
    });
  });

  test('leftovers are no scripts, and neither is what no release writes', () => {
    expect(
      readSieveDirectory([
        ...files('away.bc.NEW', 'away.script.NEW', 'sync_tmp-4711', 'notes.txt', '.script', '.NEW', 'README'),
        { name: 'defaultbc.NEW', target: 'b.bc' },
        { name: 'other', target: 'away.bc' },
        { name: 'x.bc', isOther: true },
      ]),
    ).toEqual({
      scripts: [],
      leftovers: ['away.bc.NEW', 'away.script.NEW', 'defaultbc.NEW', 'sync_tmp-4711'],
      others: ['.NEW', '.script', 'README', 'notes.txt', 'other', 'x.bc'],
    });
  });

  test.each(['/etc/passwd', '../b/x.bc', 'away', '.bc', ''])('a link to %j makes nothing active', (target) => {
    const { active, activeTarget } = readSieveDirectory([{ name: 'defaultbc', target }]);
    expect([active, activeTarget]).toEqual([undefined, target]);
  });

  test('defaultbc as a file is no link', () => {
    expect(readSieveDirectory(files('defaultbc'))).toEqual({ scripts: [], leftovers: [], others: ['defaultbc'] });
  });

  test('every entry is somewhere', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', '.', 'bc', '.bc', '.script', '.NEW', 'defaultbc'),
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.uniqueArray(name), (names) => {
        const { scripts, leftovers, others } = readSieveDirectory(files(...names));
        const placed = scripts.flatMap((s) => [
          ...(s.hasSource ? [`${s.name}.script`] : []),
          ...(s.hasBytecode ? [`${s.name}.bc`] : []),
        ]);
        expect([...placed, ...leftovers, ...others].sort()).toEqual([...names].sort());
      }),
    );
  });
});

describe('bytecode', () => {
  test('of 3.6.1', () => {
    const head = Buffer.from('4379725342797465636f64650000001f00000000', 'hex');
    expect(parseSieveBytecode(head, 'b')).toEqual({ value: { version: 0x1f }, faults: [] });
  });

  test.each([
    ['', 0, 'CyrSBytecode', ''],
    ['43797253', 0, 'CyrSBytecode', '43797253'],
    ['4379725342797465636f6465', 12, 'a version', 'the end'],
    ['4379725342797465636f6465000000ff', 12, 'version 3 to 34', '255'],
    // Version 1 in the byte order of a PC.
    ['4379725342797465636f646501000000', 12, 'version 3 to 34', '16777216'],
  ])('%j', (hex, offset, expected, actual) => {
    const { faults } = parseSieveBytecode(Buffer.from(hex, 'hex'), 'b');
    expect(faults).toEqual([{ code: 'sieve-bytecode', file: 'b', offset, expected, actual }]);
  });

  test('takes any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 20 }), (b) => void parseSieveBytecode(Buffer.from(b), 'b')));
  });
});
