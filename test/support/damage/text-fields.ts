import { flipText } from './verbs.js';

interface TextField {
  readonly field: string;
  /** Verb and the whole text with the field changed. */
  readonly verbs: readonly (readonly [verb: string, changed: string])[];
}

/** The keys of a kvlist `%(K v K v ...)`, each changed in every way; values are atoms or one bracket deep. */
export function kvFields(text: string): TextField[] {
  const fields: TextField[] = [];
  const pattern = /([A-Z]+) (%?\((?:[^()]|\([^()]*\)|%\((?:[^()]|\([^()]*\))*\))*\)|[^ ()]+)/g;
  const start = text.indexOf('%(') + 2;
  pattern.lastIndex = start;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const { index } = match;
    const [whole, key, value] = match as unknown as [string, string, string];
    const put = (changed: string): string => text.slice(0, index) + changed + text.slice(index + whole.length);
    // In a list or kvlist it is the last character before the bracket that turns.
    const tail = /\)*$/.exec(value)![0];
    const head = value.slice(0, value.length - tail.length);
    const verbs: [string, string][] = [];
    if (/\w$/.test(head)) verbs.push(['flip', put(`${key} ${flipText(head)}${tail}`)]);
    if (/^\d+$/.test(value)) {
      if (value !== '0') verbs.push(['zero', put(`${key} 0`)]);
      verbs.push(['max', put(`${key} ${'9'.repeat(19)}`)]);
    }
    const dropped = put('').replace(/\( /, '(').replace(/  /, ' ').replace(/ \)$/m, ')');
    verbs.push(['drop', dropped]);
    verbs.push(['key flip', put(`${flipText(key)} ${value}`)]);
    fields.push({ field: key, verbs });
  }
  return fields;
}
