import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectFile } from '../../src/inspect/inspect-file.js';
import { buildTwoskip } from '../support/build-twoskip.js';

test('what is salvaged from a damaged twoskip file is marked as such', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cyraudit-salvage-'));
  try {
    const path = join(directory, 'some.db');
    const file = buildTwoskip([[Buffer.from('key'), Buffer.from('value')]]);
    writeFileSync(path, file);
    expect([...inspectFile(path).items]).toEqual([{ type: 'row', key: 'key', value: 'value' }]);
    file.writeUInt8(0xee, 60);
    writeFileSync(path, file);
    expect([...inspectFile(path).items]).toEqual([
      expect.objectContaining({ type: 'fault', code: 'db-header-crc' }),
      { type: 'row', key: 'key', value: 'value', salvaged: true },
    ]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
