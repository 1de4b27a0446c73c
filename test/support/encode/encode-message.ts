import { createHash } from 'node:crypto';
import { encodeCacheRecord, encodeSection } from './encode-cache.js';

export interface MessageContent {
  /** In its Message-ID and subject. */
  readonly name: string;
  /** Unit: seconds since the epoch. */
  readonly time: number;
  /** Whole lines of ASCII that end in CR LF. */
  readonly body: Buffer;
  /** How many they are. */
  readonly lines: number;
}

export interface EncodedMessage {
  readonly bytes: Buffer;
  readonly headerSize: number;
  readonly guid: Buffer;
  /** What Cyrus 3.6 keeps of it in cyrus.cache. */
  readonly cacheRecord: Buffer;
}

/** A message with one part of text, and its cache record as `reconstruct -G` of Cyrus 3.6.1 makes it. */
export function encodeMessage({ name, time, body, lines }: MessageContent): EncodedMessage {
  const date = new Date(time * 1000).toUTCString().replace('GMT', '+0000');
  const head = Buffer.from(
    [
      'From: Ada <ada@example.org>',
      'To: ben@example.org',
      `Date: ${date}`,
      `Message-ID: <${name}@example.org>`,
      `Subject: message ${name}`,
      'Content-Type: text/plain',
      '\r\n',
    ].join('\r\n'),
  );
  const bytes = Buffer.concat([head, body]);
  const ada = '(("Ada" NIL "ada" "example.org"))';
  const ben = '((NIL NIL "ben" "example.org"))';
  const place = { headerOffset: 0, headerSize: head.length, contentOffset: head.length, contentSize: body.length };
  const content = { guid: sha1(body), decodedSize: body.length, contentLines: lines };
  const text = `"TEXT" "PLAIN" NIL NIL NIL "7BIT" ${body.length} ${lines}`;
  const cacheRecord = encodeCacheRecord(
    {
      envelope: `("${date}" "message ${name}" ${ada} ${ada} ${ada} ${ben} NIL NIL NIL "<${name}@example.org>")`,
      bodystructure: `(${text} NIL NIL NIL NIL)`,
      body: `(${text})`,
      section: encodeSection(
        {
          parts: [
            { ...place, ...content, encoding: 0xffff },
            { ...place, ...content, encoding: 0, charset: 'us-ascii' },
          ],
          children: [{ parts: [], children: [] }],
        },
        CACHE_VERSION,
      ),
      headers: 'Content-Type: text/plain\r\n',
      from: 'Ada <ada@example.org>',
      to: '<ben@example.org>',
      subject: `"message ${name}"`,
    },
    CACHE_VERSION,
  );
  return { bytes, headerSize: head.length, guid: sha1(bytes), cacheRecord };
}

/** Of Cyrus 3.6. */
export const CACHE_VERSION = 11;

const sha1 = (bytes: Buffer): Buffer => createHash('sha1').update(bytes).digest();
