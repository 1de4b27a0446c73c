import type { FindingClass } from '../../../model/effects.js';
import { EVERYTHING, type Query } from '../select-rows.js';
import { all, byId } from './find.js';
import type { FindingsTable } from './findings-table.js';

/** Connects search and filters, and what elsewhere on the page leads to the list. */
export function startControls(table: FindingsTable): void {
  const form = byId('controls', HTMLFormElement);
  const search = byId('search', HTMLInputElement);
  const code = byId('code', HTMLSelectElement);
  const side = byId('side', HTMLSelectElement);
  const place = byId('place', HTMLButtonElement);
  const classes = [...form.querySelectorAll<HTMLInputElement>('[name="class"]')];

  const ask = (): void => {
    const checked = classes.filter(({ checked: isChecked }) => isChecked).map(({ value }) => value as FindingClass);
    table.ask({ search: search.value, classes: new Set(checked), code: Number(code.value), side: Number(side.value) });
  };
  const showPlace = (at: number): void => {
    place.hidden = at < 0;
    place.textContent = at < 0 ? '' : `Only ${table.placeName(at)} \u00d7`;
    place.setAttribute('aria-label', `Only ${table.placeName(at)}: take this filter away`);
  };
  /** Everything, or of everything only what `only` names. */
  const showAll = (only: Partial<Pick<Query, 'code' | 'place'>> = {}): void => {
    for (const box of classes) box.checked = true;
    search.value = '';
    code.value = String(only.code ?? EVERYTHING.code);
    side.value = String(EVERYTHING.side);
    showPlace(only.place ?? EVERYTHING.place);
    table.ask({ ...EVERYTHING, ...only });
  };

  form.hidden = false;
  form.addEventListener('input', ask);
  form.addEventListener('submit', (event) => event.preventDefault());
  byId('reset', HTMLButtonElement).addEventListener('click', () => showAll());
  place.addEventListener('click', () => {
    showPlace(EVERYTHING.place);
    table.ask({ place: EVERYTHING.place });
    search.focus();
  });
  document.addEventListener('click', ({ target }) => {
    const only = target instanceof Element ? target.closest<HTMLElement>('button.only') : null;
    if (only === null) return;
    showAll({ place: Number(only.dataset['place']) });
    showList();
    place.focus({ preventScroll: true });
  });
  for (const button of all('button.show')) {
    button.hidden = false;
    button.addEventListener('click', () => {
      showAll({ code: table.codeNumber(button.dataset['code'] ?? '') });
      showList();
      code.focus({ preventScroll: true });
    });
  }
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof Element && event.target.matches('input[type="search"], select');
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    showList();
    search.focus({ preventScroll: true });
  });
}

function showList(): void {
  byId('findings', HTMLElement).scrollIntoView();
}
