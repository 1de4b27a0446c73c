/** Texts whose colour is too near to what they stand on. Runs in the page. Source of the ratio: WCAG 2.2, 1.4.3. */
export function lowContrasts(minimum: number): string[] {
  const parse = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (rgb: number[]): number => {
    const [r = 0, g = 0, b = 0] = rgb.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (from: Element): number[] => {
    for (let at: Element | null = from; at !== null; at = at.parentElement) {
      const [r = 0, g = 0, b = 0, alpha = 1] = parse(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  let looked = 0;
  const poor: string[] = [];
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes]
      .filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
      .map(({ textContent }) => textContent);
    if (text.join('').trim() === '' || element.matches('script, title') || element.getClientRects().length === 0)
      continue;
    const style = getComputedStyle(element);
    const isDrawn = element.namespaceURI?.endsWith('svg') === true;
    // The one text that stands on a shape.
    const shape = element.matches('.inside') ? document.querySelector('.lane.same') : null;
    const on = shape === null ? ground(element) : parse(getComputedStyle(shape).fill);
    const [a, b] = [luminance(parse(isDrawn ? style.fill : style.color).slice(0, 3)), luminance(on)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    looked += 1;
    if (ratio < minimum)
      poor.push(`${ratio.toFixed(2)} ${element.tagName}.${element.className} ${text.join('').slice(0, 30)}`);
  }
  return looked > 20 ? [...new Set(poor)] : ['hardly any text was found'];
}
