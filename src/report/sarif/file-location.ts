import type { PhysicalLocation } from 'sarif';
import type { Facts } from '../../generated/report.js';

/** The file that a finding names, and the byte in it; undefined for one that is about no file. */
export function fileLocation({ path, file, offset }: Facts): PhysicalLocation | undefined {
  const names = [path, file].filter((name) => typeof name === 'string' && name !== '');
  if (names.length === 0) return undefined;
  return {
    artifactLocation: { uri: fileUri(names.join('/')) },
    ...(typeof offset === 'number' && Number.isInteger(offset) && offset >= 0
      ? { region: { byteOffset: offset } }
      : {}),
  };
}

/** RFC 8089, or a relative reference for a path that is none from the root. */
function fileUri(path: string): string {
  const encoded = path
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}
