import { escapeMarkup } from '../escape-markup.js';

/**
 * A piece of the page as a value: the generator writes it as HTML, and the script in the page makes nodes of it, so that
 * text is escaped in one place and never put together with markup.
 */
export interface Markup {
  readonly tag: string;
  readonly attributes: Attributes;
  readonly children: readonly Child[];
}

/** `true` writes the bare name; `undefined` and `false` leave the attribute out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
export type Child = Markup | string | undefined | readonly Child[];

const VOID: ReadonlySet<string> = new Set(['br', 'col', 'hr', 'input', 'link', 'meta']);

export function element(tag: string, attributes: Attributes, ...children: readonly Child[]): Markup {
  return { tag, attributes, children };
}

export function toHtml(child: Child): string {
  if (child === undefined) return '';
  if (typeof child === 'string') return escapeMarkup(child);
  if (!isMarkup(child)) return child.map(toHtml).join('');
  const { tag, attributes, children } = child;
  const open = Object.entries(attributes).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [` ${name}`] : [` ${name}="${escapeMarkup(String(value))}"`];
  });
  const start = `<${tag}${open.join('')}>`;
  return VOID.has(tag) ? start : `${start}${children.map(toHtml).join('')}</${tag}>`;
}

export function isMarkup(child: Markup | readonly Child[]): child is Markup {
  return 'tag' in child;
}
