import { element, type Markup } from '../element.js';
import { COLUMN_WORDS, findingRow } from '../finding-row.js';
import { partsOf, type PageData } from '../page-data.js';
import { COLUMNS, EVERYTHING, RowSelector, type Column, type Query } from '../select-rows.js';
import { counted, grouped } from '../../numbers.js';
import { explanation } from './explanation.js';
import { all, byId } from './find.js';
import { makeNodes } from './make-nodes.js';

/** Rows on the screen at a time: few enough to be drawn at once, and to be printed. */
const PAGE = 100;

/** The list of findings: a query, and the page of its answer that is on the screen. */
export class FindingsTable {
  private query: Query = EVERYTHING;
  private found: readonly number[] = [];
  private page = 0;
  private readonly selector: RowSelector;
  private readonly table: HTMLTableElement;

  constructor(private readonly data: PageData) {
    this.selector = new RowSelector(data);
    this.table = document.querySelector<HTMLTableElement>('table.findings')!;
    this.makeHeadings();
    for (const button of all('.pager [data-to]'))
      button.addEventListener('click', () => this.turn(button.dataset['to']));
    this.table.tBodies[0]!.addEventListener('click', (event) => this.onClick(event));
    this.table.tBodies[0]!.addEventListener('keydown', (event) => this.onKey(event));
    this.ask({});
  }

  /** Changes the query and shows the first page of the answer. */
  ask(change: Partial<Query>): void {
    this.query = { ...this.query, ...change };
    this.found = this.selector.select(this.query);
    this.page = 0;
    this.draw();
  }

  /** The first code with this name, or -1. */
  codeNumber(name: string): number {
    return this.data.codes.findIndex(({ code }) => code === name);
  }

  placeName(place: number): string {
    return this.data.places[place]?.[1] ?? '';
  }

  private makeHeadings(): void {
    const row = this.table.tHead!.rows[0]!;
    const explain = element(
      'th',
      { class: 'col-explain', scope: 'col' },
      element('span', { class: 'spoken' }, 'Explain'),
    );
    row.prepend(...makeNodes(explain));
    for (const heading of row.querySelectorAll<HTMLElement>('[data-column]')) {
      const column = heading.dataset['column'] as Column;
      const button = element('button', { type: 'button', class: 'sort' }, COLUMN_WORDS[column]);
      heading.replaceChildren(...makeNodes(button));
      heading.firstElementChild!.addEventListener('click', () => this.sortBy(column));
    }
  }

  private sortBy(column: Column): void {
    const descending = this.query.sort === column ? !this.query.descending : column === 'class';
    this.ask({ sort: column, descending });
  }

  private turn(to: string | undefined): void {
    const last = this.lastPage();
    const target = { first: 0, previous: this.page - 1, next: this.page + 1, last }[to ?? ''] ?? 0;
    this.page = Math.min(Math.max(target, 0), last);
    this.draw();
  }

  private lastPage(): number {
    return Math.max(0, Math.ceil(this.found.length / PAGE) - 1);
  }

  private draw(): void {
    const start = this.page * PAGE;
    const shown = this.found.slice(start, start + PAGE);
    this.table.tBodies[0]!.replaceChildren(...shown.flatMap((at) => makeNodes(this.rowOf(at))));
    for (const heading of this.table.tHead!.querySelectorAll<HTMLElement>('[data-column]')) {
      const isSorted = heading.dataset['column'] === this.query.sort;
      if (isSorted) heading.setAttribute('aria-sort', this.query.descending ? 'descending' : 'ascending');
      else heading.removeAttribute('aria-sort');
    }
    const isAll = this.found.length === this.data.rows.length;
    byId('status', HTMLElement).textContent = isAll
      ? counted(this.found.length, 'finding')
      : `${grouped(this.found.length)} of ${counted(this.data.rows.length, 'finding')}`;
    this.drawPagers(start, start + shown.length);
  }

  private drawPagers(start: number, end: number): void {
    const last = this.lastPage();
    for (const pager of all('.pager')) {
      pager.hidden = last === 0;
      pager.querySelector('.range')!.textContent =
        `${grouped(start + 1)} to ${grouped(end)} of ${grouped(this.found.length)}`;
      for (const button of pager.querySelectorAll<HTMLButtonElement>('[data-to]')) {
        const isBack = button.dataset['to'] === 'first' || button.dataset['to'] === 'previous';
        // Not `disabled`: the focus would be lost at the last page.
        button.setAttribute('aria-disabled', String(isBack ? this.page === 0 : this.page === last));
      }
    }
  }

  private rowOf(at: number): Markup {
    const row = this.data.rows[at]!;
    const { code, place } = partsOf(this.data, row);
    const what = [code.code, place[1], ...(row[3] < 0 ? [] : [`uid ${row[3]}`])].join(' ');
    const attributes = {
      type: 'button',
      class: 'explain',
      'aria-expanded': 'false',
      'aria-label': `Explain ${what}`,
      'data-row': at,
    };
    return findingRow(this.data, row, element('button', attributes, '+'));
  }

  private onClick(event: Event): void {
    if (!(event.target instanceof Element)) return;
    const button = event.target.closest<HTMLElement>('button.explain');
    if (button !== null) this.toggle(button);
  }

  private toggle(button: HTMLElement): void {
    const row = button.closest('tr')!;
    const isOpen = button.getAttribute('aria-expanded') === 'true';
    button.setAttribute('aria-expanded', String(!isOpen));
    button.textContent = isOpen ? '+' : '\u2212';
    if (isOpen) {
      row.nextElementSibling?.remove();
      return;
    }
    const content = explanation(this.data, this.data.rows[Number(button.dataset['row'])]!);
    const cell = element('td', { colspan: COLUMNS.length + 1 }, content);
    row.after(...makeNodes(element('tr', { class: 'explained' }, cell)));
  }

  /** Up and down go from row to row. */
  private onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !(event.target instanceof Element) || !event.target.matches('button.explain')) return;
    const buttons = [...this.table.querySelectorAll<HTMLElement>('button.explain')];
    const next = buttons[buttons.indexOf(event.target as HTMLElement) + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  }
}
