import type { FindingClass } from '../../../model/effects.js';
import { EVERYTHING } from '../select-rows.js';
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
  const askForPlace = (at: number): void => {
    table.ask({ place: at });
    place.hidden = at < 0;
    place.textContent = at < 0 ? '' : `Only ${table.placeName(at)} \u00d7`;
    place.setAttribute('aria-label', `Only ${table.placeName(at)}: take this filter away`);
  };
  const showAll = (): void => {
    for (const box of classes) box.checked = true;
    search.value = '';
    code.value = side.value = '-1';
    askForPlace(-1);
    table.ask(EVERYTHING);
  };

  form.hidden = false;
  form.addEventListener('input', ask);
  form.addEventListener('submit', (event) => event.preventDefault());
  byId('reset', HTMLButtonElement).addEventListener('click', showAll);
  place.addEventListener('click', () => {
    askForPlace(-1);
    search.focus();
  });
  document.addEventListener('click', ({ target }) => {
    const only = target instanceof Element ? target.closest<HTMLElement>('button.only') : null;
    if (only === null) return;
    showAll();
    askForPlace(Number(only.dataset['place']));
    showList();
    place.focus({ preventScroll: true });
  });
  for (const button of all('button.show')) {
    button.hidden = false;
    button.addEventListener('click', () => {
      showAll();
      code.value = String(table.codeNumber(button.dataset['code'] ?? ''));
      ask();
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
