/** Real trees of five releases are decoded to exactly what their own servers and tools said of them. */
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TruthSide } from '../../fixtures/make/version-truth.js';
import { readMailbox } from '../../src/audit/read-mailbox.js';
import { decodeRecord } from '../../src/formats/index/decode-record.js';
import { recordOffsets } from '../../src/formats/index/scan-records.js';
import { parseMailboxHeader } from '../../src/formats/mailbox-header/mailbox-header.js';
import { readSmallFile } from '../../src/sources/read-only-file.js';
import { IndexFile } from '../../src/sources/spool/index-file.js';
import { isLive } from '../../src/sources/spool/mailbox-list.js';
import { openMailboxList } from '../../src/sources/spool/open-mailbox-list.js';
import { openSide } from '../../src/sources/spool/open-side.js';
import { decodeSide } from './decode-side.js';
import { listTruths, withTree } from './version-fixture.js';

/** Sides that do not decode to their truth, and why. Each must go on to differ. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ...['v3.0.18-upgraded-from-2.4.20-single-b', 'v3.0.18-upgraded-from-2.4.20-single-b-quotaf'].map(
    (name) =>
      [
        `${name}/side`,
        'the subscriptions of joe.smith are in joe^smith.sub, where 2.4 left them and 3.0 does not look; nothing in ' +
          'the tree tells which of the two runs',
      ] as const,
  ),
  ...['v2.5.17-pair-list-truncated', 'v3.8.7-pair-list-truncated'].map(
    (name) => [`${name}/master`, 'the list is cut off: its readers took what stands before, we take nothing'] as const,
  ),
  ...['v3.0.18-pair-master-record-crc', 'v3.8.7-pair-master-record-crc'].map(
    (name) =>
      [`${name}/master`, 'mbexamine and imapd died at the damaged record; we read it and those behind'] as const,
  ),
]);

function expectTruth(dir: string, id: string, truth: TruthSide): void {
  const decode = (): void => {
    const { side, complaints } = decodeSide(dir, truth);
    expect(complaints).toEqual([]);
    expect(side).toEqual(truth);
  };
  if (EXCEPTIONS.has(id)) expect(decode).toThrow();
  else decode();
}

describe('single servers', () => {
  test.each(listTruths('single').map((truth) => [truth.name, truth] as const))('%s', async (name, truth) => {
    await withTree(name, (dir) => expectTruth(join(dir, 'side'), `${name}/side`, truth.side));
  });
});

describe('pairs before replication', () => {
  test.each(listTruths('pair').map((truth) => [truth.name, truth] as const))('%s', async (name, truth) => {
    await withTree(name, (dir) => {
      for (const role of ['master', 'replica'] as const)
        expectTruth(join(dir, role), `${name}/${role}`, truth.before[role]);
    });
  });
});

describe('sample mailboxes of other index versions', () => {
  test.each(listTruths('mailboxes').map((truth) => [truth.name, truth] as const))('%s', async (name, truth) => {
    await withTree(name, (dir) => {
      for (const [path, { version, files }] of Object.entries(truth.mailboxes)) {
        const { bytes } = readSmallFile(join(dir, path, 'cyrus.header'), 65536);
        const header = parseMailboxHeader(bytes!, path);
        expect(header.faults).toEqual([]);
        const { index } = IndexFile.open(join(dir, path, 'cyrus.index'));
        expect(index?.head.faults).toEqual([]);
        expect(index?.head.minor).toBe(version);
        const messages: [uid: number, guid: string, size: number][] = [];
        for (const block of index!.blocks()) {
          for (let i = 0; i < block.count; i++) {
            const offsets = recordOffsets(index!.head.version!);
            const { uid, guid, size, unnamedFlags } = decodeRecord(block, i, offsets, header.value?.userFlags ?? []);
            expect(unnamedFlags).toEqual([]);
            messages.push([uid, guid, size]);
          }
        }
        index?.close();
        // Version 9 has no GUID.
        expect(messages).toEqual(version < 10 ? files.map(([uid, , size]) => [uid, '0'.repeat(40), size]) : files);
      }
    });
  });

  test('index-version-19 is a server with a list', async () => {
    await withTree('index-version-19', async (dir) => {
      expect(readdirSync(dir).sort()).toEqual(['conf', 'data']);
      await writeFile(join(dir, 'imapd.conf'), 'configdirectory: conf\npartition-default: data\n');
      const side = openSide({ role: 'single', source: dir });
      const list = openMailboxList(side)!;
      const read: Record<string, number | undefined> = {};
      for (const name of list.names()) {
        const mboxname = name.mboxname();
        const entry = list.byName(mboxname)!;
        if (!isLive(entry)) continue;
        const mailbox = readMailbox(side, entry, 'cassandane');
        expect([...mailbox.faults, ...mailbox.unread, ...mailbox.missing]).toEqual([]);
        read[mboxname] = mailbox.indexHeader?.exists;
        mailbox.close();
      }
      side.close();
      expect(read).toEqual({
        'DELETED.user.cassandane.bar.686BCF8B': 0,
        'user.abc': 0,
        'user.cassandane': 4,
        'user.cassandane.foo': 2,
      });
    });
  });
});
