import { isMarkup, type Child } from '../element.js';

const SVG = 'http://www.w3.org/2000/svg';

/** Nodes of a piece of the page; text becomes text and nothing else. */
export function makeNodes(child: Child, isSvg = false): Node[] {
  if (child === undefined) return [];
  if (typeof child === 'string') return [document.createTextNode(child)];
  if (!isMarkup(child)) return child.flatMap((each) => makeNodes(each, isSvg));
  const { tag, attributes, children } = child;
  const isInSvg = isSvg || tag === 'svg';
  const node = isInSvg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flatMap((each) => makeNodes(each, isInSvg)));
  return [node];
}
