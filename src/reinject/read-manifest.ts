import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import type { ManifestMessage, ManifestSide } from '../generated/manifest.js';
import { AuditError } from '../model/audit-error.js';
import { systemErrorWords } from '../sources/system-error.js';

/** More than any message of a manifest has. Unit: characters. */
const MAX_MESSAGE = 16 * 1024 * 1024;
const QUOTE = '"';

function damaged(path: string, found: string): AuditError {
  return new AuditError(
    'report-invalid',
    `${path}: expected a manifest that cyraudit salvage wrote, found ${found}`,
    'Name the file of --report json=FILE, or manifest.json of --export DIR.',
  );
}

function unreadable(path: string, cause: unknown): AuditError {
  return new AuditError(
    'io',
    `${path}: expected a manifest, found ${systemErrorWords(cause)}`,
    'Name a file that may be read.',
    { cause },
  );
}

/** For whoever makes a file beside it. @throws AuditError when it cannot be opened */
export function checkManifest(path: string): void {
  try {
    closeSync(openSync(path, 'r'));
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** A command line with hundreds of names before the messages. Unit: bytes. */
const MAX_HEAD = 64 * 1024;

/** The sides of a manifest as salvage writes it; none when somebody has laid it out anew. */
export function readManifestSides(path: string): readonly ManifestSide[] {
  const buffer = Buffer.allocUnsafe(MAX_HEAD);
  try {
    const fd = openSync(path, 'r');
    let got: number;
    try {
      got = readSync(fd, buffer);
    } finally {
      closeSync(fd);
    }
    const text = buffer.toString('utf8', 0, got);
    const { sides } = JSON.parse(`${text.slice(0, text.indexOf('"messages":['))}"messages":[]}`) as {
      readonly sides?: unknown;
    };
    return Array.isArray(sides) ? sides.filter(isSide) : [];
  } catch {
    // Whoever reads its messages says what is wrong with it.
    return [];
  }
}

function isSide(side: unknown): side is ManifestSide {
  const { source, root = '' } = (side ?? {}) as Partial<ManifestSide>;
  return typeof source === 'string' && typeof root === 'string';
}

/**
 * The messages of a manifest one by one, however it is laid out: only one is in memory at a time.
 * @param check what is wrong with a message, or undefined
 */
export async function* readManifest(
  path: string,
  check: (message: unknown) => string | undefined,
): AsyncGenerator<ManifestMessage> {
  /** Text of the current value of `messages`; undefined = not inside one. */
  let message: string | undefined;
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let key = '';
  let last = '';
  let state: 'before' | 'inside' | 'behind' = 'before';
  let isOurs = false;
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8' })) {
      let from = 0;
      const text = chunk as string;
      for (let i = 0; i < text.length; i++) {
        const character = text[i]!;
        if (inString) {
          if (isEscaped) isEscaped = false;
          else if (character === '\\') isEscaped = true;
          else if (character === QUOTE) inString = false;
          if (inString && depth === 1 && key.length < 100) key += character;
          else if (!inString && depth === 1) {
            if (last === 'kind' && key === 'salvage-manifest') isOurs = true;
            last = key;
          }
          continue;
        }
        if (state === 'inside' && depth === 2 && !/[\s,{\]]/.test(character))
          throw damaged(path, 'a message that is none');
        if (character === QUOTE) {
          inString = true;
          key = '';
        } else if (character === '{' || character === '[') {
          if (depth === 0 && character === '[') throw damaged(path, 'a list');
          if (depth === 1 && last === 'messages' && character === '[') state = 'inside';
          depth++;
          if (state === 'inside' && depth === 3) {
            message = '';
            from = i;
          }
        } else if (character === '}' || character === ']') {
          depth--;
          if (state === 'inside' && depth === 2 && message !== undefined) {
            message += text.slice(from, i + 1);
            yield parse(path, message, isOurs, check);
            message = undefined;
          }
          if (state === 'inside' && depth === 1) state = 'behind';
        } else if (depth === 0 && character.trim() !== '') throw damaged(path, 'text that is not JSON');
      }
      if (message !== undefined) {
        message += text.slice(from);
        if (message.length > MAX_MESSAGE) throw damaged(path, 'a message without an end');
      }
    }
  } catch (cause) {
    if (cause instanceof AuditError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === undefined) throw cause;
    throw unreadable(path, cause);
  }
  // A manifest that breaks off lacks messages.
  if (depth !== 0 || state !== 'behind' || !isOurs)
    throw damaged(path, isOurs ? 'a file that breaks off' : 'something else');
}

function parse(
  path: string,
  text: string,
  isOurs: boolean,
  check: (message: unknown) => string | undefined,
): ManifestMessage {
  if (!isOurs) throw damaged(path, 'something else');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(path, 'text that is not JSON');
  }
  const problem = check(value);
  if (problem !== undefined) throw damaged(path, problem);
  return value as ManifestMessage;
}
