/** What `reinject` reads: a manifest that somebody sent, and its own journal after a crash. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditError } from '../../src/model/audit-error.js';
import { makeValidator } from '../../src/cli/read-json.js';
import { readSchema } from '../../src/cli/report-schema.js';
import type { ManifestMessage } from '../../src/generated/manifest.js';
import { messageProblem } from '../../src/reinject/check-message.js';
import { Journal } from '../../src/reinject/journal.js';
import { readManifest, readManifestSides } from '../../src/reinject/read-manifest.js';
import { MANIFEST_MESSAGE } from '../support/salvage/manifest-message.js';
import type { Outcome, ReaderUnderTest } from './reader-under-test.js';

const GUID = '5f0c6ea25b1d7a5c5f0c6ea25b1d7a5c5f0c6ea2';
const MESSAGE = {
  ...MANIFEST_MESSAGE,
  mboxname: 'user.ada.B&APw-cher',
  uid: 7,
  guid: GUID,
  size: 196,
  flags: { system: ['\\Seen'], user: ['$Label1'] },
  annotations: [{ entry: '/comment', userid: 'ada', value: 'ä "quoted" \\' }],
  source: '/old/spool/7.',
  file: `messages/5f/${GUID}.eml`,
  why: 'no mailbox of the user on NEW has its GUID',
};
const HEAD = {
  schemaVersion: 1,
  kind: 'salvage-manifest',
  sides: [
    { role: 'old', source: 'old', root: '/mnt' },
    { role: 'new', source: 'new' },
  ],
};
const LINES = [
  { state: 'intent', server: 'imap:143', account: 'user ada', guid: GUID },
  { state: 'done', server: 'imap:143', account: 'user ada', guid: GUID, mailbox: 'INBOX', uidvalidity: '7', uid: 3 },
];

const validate = makeValidator(
  { $defs: (readSchema('manifest') as { readonly $defs: object }).$defs, $ref: '#/$defs/message' },
  'message',
);
const check = (value: unknown): string | undefined => validate(value) ?? messageProblem(value as ManifestMessage);

let directory: string | undefined;
function scratch(bytes: Buffer): string {
  directory ??= mkdtempSync(join(tmpdir(), 'cyraudit-fuzz-'));
  const path = join(directory, 'file');
  writeFileSync(path, bytes);
  return path;
}

/** Only that the file is none of ours may be thrown. */
async function refusedOr(read: () => unknown): Promise<Outcome> {
  try {
    return { value: [await read()], faults: [] };
  } catch (error) {
    if (!(error instanceof AuditError) || error.code !== 'report-invalid') throw error;
    return { value: error.message, faults: [] };
  }
}

const close = (): void => {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  directory = undefined;
};

export const reinjectReaders: readonly ReaderUnderTest[] = [
  {
    name: 'salvage-manifest',
    seeds: () =>
      [undefined, 2].map((indent) =>
        Buffer.from(JSON.stringify({ ...HEAD, messages: [MESSAGE, MESSAGE], complete: true }, undefined, indent)),
      ),
    read: (bytes) =>
      refusedOr(async () => {
        const path = scratch(bytes);
        readManifestSides(path);
        let messages = 0;
        for await (const { source } of readManifest(path, check)) messages += source.length;
        return messages;
      }),
    tokens: [
      '"messages":[',
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      '\\u0000',
      ',',
      '"kind":"salvage-manifest"',
      'null',
      '1e999',
    ],
    share: 0.2,
    close,
  },
  {
    name: 'reinject-journal',
    seeds: () => [Buffer.from(`${LINES.map((line) => JSON.stringify(line)).join('\n')}\n`)],
    read: (bytes) =>
      refusedOr(() => {
        const journal = Journal.open(scratch(bytes), 'imap:143', true);
        return [journal.placed('user ada', GUID), journal.hasOpen('user ada')];
      }),
    tokens: ['\n', '{', '{"state":"do', '"state":"done"', '"uid":{}', 'null', '\0'],
    share: 0.2,
    close,
  },
];
