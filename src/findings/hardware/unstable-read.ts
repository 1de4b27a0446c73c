import { defineHardwareFinding, TEST_THE_MACHINE } from './hardware-subject.js';

export const unstableRead = defineHardwareFinding({
  code: 'unstable-read',
  class: 'halt',
  since: '0.1.0',
  title: 'The same bytes read differently the second time',
  why: 'A checksum failed, the bytes were read again, and they were others, while nothing had changed the file for a minute. Memory, the disk or the path between them returns wrong data.',
  replication: 'It reads and writes through the same machine: what it copies is right or wrong by chance.',
  remedy: TEST_THE_MACHINE,
  example: { file: 'cyrus.index', offset: 160, first: '0x1d1be0e3', then: '0x1d1be0e2', aroundCache: true },
  check: (s) => {
    if (s.kind !== 'unstable') return undefined;
    const { side, file, offset, first, then, aroundCache } = s.read;
    return { side, facts: { file, offset, first, then, aroundCache } };
  },
  message: (f) =>
    `${f.file} at byte ${String(f.offset)}: read ${f.first} first, then ${f.then}${f.aroundCache ? ' from the disk, past the page cache' : ''}`,
});
