import { escapeMarkup } from '../escape-markup.js';
import { escapeUnsafe, printable } from '../printable.js';

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Text that keeps its own line ends; all else that XML forbids or a terminal acts on is shown as in `printable`. */
const textOf = (text: string): string =>
  escapeMarkup(escapeUnsafe(text, (character) => (character === '\n' ? character : printable(character))));

/** An element with text or with elements in it; attributes that are undefined are left out. */
export function element(name: string, attributes: Attributes, content: string | readonly string[] = []): string {
  const words = Object.entries(attributes).flatMap(([attribute, value]) =>
    value === undefined ? [] : [` ${attribute}="${escapeMarkup(printable(String(value)))}"`],
  );
  const start = `<${name}${words.join('')}`;
  if (content.length === 0) return `${start}/>`;
  if (typeof content === 'string') return `${start}>${textOf(content)}</${name}>`;
  return [`${start}>`, ...content, `</${name}>`].join('\n');
}
