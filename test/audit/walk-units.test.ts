/** Units are listed from a mailbox list that a server changes meanwhile. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CheckedSide } from '../../src/audit/open-lists.js';
import { walkUnits } from '../../src/audit/walk-units.js';
import type { FormatFault } from '../../src/model/fault.js';
import type { MailboxList } from '../../src/sources/spool/mailbox-list.js';
import { openMailboxList } from '../../src/sources/spool/open-mailbox-list.js';
import { openSide } from '../../src/sources/spool/open-side.js';
import { writeSide } from '../support/encode/write-side.js';

const FAULT: FormatFault = { code: 'db-link', file: 'mailboxes.db', expected: 'a record', actual: 'none' };

let dir: string;
let checked: CheckedSide[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-units-'));
  writeSide(dir, { mailboxes: 40, messages: 0, mailboxesPerUser: 3, seed: 1 });
  checked = [open()];
});
afterEach(() => {
  for (const { side } of checked) side.close();
  rmSync(dir, { recursive: true });
});

function open(): { side: CheckedSide['side']; list: MailboxList } {
  const side = openSide({ role: 'master', source: dir });
  return { side, list: openMailboxList(side)! };
}

/** The same list, which breaks after so many names and goes on, if at all, so many names later. */
function breaking({ side, list }: ReturnType<typeof open>, after: number, skipped: number): CheckedSide {
  const faults: FormatFault[] = [];
  const broken = Object.create(list, {
    db: { value: { faults } },
    names: {
      value: function* () {
        let n = 0;
        for (const name of list.names()) {
          if (n++ < after) yield name;
          else if (faults.length === 0) faults.push(FAULT);
          else if (n > after + skipped) yield name;
        }
      },
    },
  }) as MailboxList;
  return { side, list: broken };
}

async function walk(pause: (ms: number) => boolean = () => true): Promise<string[]> {
  const seen: string[] = [];
  for await (const { unit } of walkUnits(checked, (ms) => Promise.resolve(pause(ms))))
    seen.push(unit.kind === 'user' ? unit.userid : unit.mboxname);
  return seen;
}

describe('units of a list', () => {
  test('that breaks anywhere while it is read are each listed once, in the same order', async () => {
    const all = await walk();
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(5);
    const names = [...checked[0]!.list!.names()].length;
    for (let after = 0; after <= names; after++) {
      for (const skipped of [0, 3, names]) {
        for (const { side } of checked) side.close();
        checked = [breaking(open(), after, skipped)];
        expect(await walk(), `after ${String(after)} of ${String(names)}`).toEqual(all);
      }
    }
  });

  test('that came meanwhile are listed where they belong, and those that went are not', async () => {
    const all = await walk();
    const half = [...checked[0]!.list!.names()].length >> 1;
    checked[0]!.side.close();
    checked = [breaking(open(), half, 0)];
    rmSync(dir, { recursive: true });
    writeSide(dir, { mailboxes: 60, messages: 0, mailboxesPerUser: 3, seed: 1 });
    const seen = await walk();
    expect(seen).toEqual([...new Set(seen)]);
    expect(seen.length).toBeGreaterThan(all.length);
  });

  test('are listed as far as it can be read when it never comes to rest, and the fault remains', async () => {
    const path = checked[0]!.side.layout.mailboxesDb;
    const bytes = readFileSync(path);
    checked[0]!.side.close();
    writeFileSync(path, Buffer.from(bytes).fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 600));
    checked = [open()];
    const pauses: number[] = [];
    const seen = await walk((ms) => pauses.push(ms) > 0);
    expect(pauses).toEqual([20, 100, 300, 1000, 2000]);
    expect(seen).toEqual([...new Set(seen)]);
    expect(checked[0]!.list!.db.faults).not.toEqual([]);
  });

  test('end where the audit was stopped, or where the side is gone', async () => {
    checked = [breaking(checked[0] as ReturnType<typeof open>, 3, 0)];
    expect((await walk(() => false)).length).toBeLessThan(5);
    rmSync(join(dir, 'imapd.conf'));
    // What the list gives at the last attempt is taken; its fault remains, and is told.
    expect(await walk()).toHaveLength(14);
    expect(checked[0]!.list!.db.faults).toEqual([FAULT]);
  });
});
