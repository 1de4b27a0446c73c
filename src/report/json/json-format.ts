import type { Report } from '../../generated/report.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import { inLargePieces } from '../large-pieces.js';
import { inOrder } from '../ordered-json.js';
import type { ReportFormat } from '../report-format.js';

/** The same report gives the same bytes, in whatever order its objects were put together. */
export const renderJson = (report: Report): string => [...pieces(report)].join('');

const INDENT = 2;

/** JSON as JSON.stringify writes it, of which no more than one element of a list is made at a time. */
function* pieces(report: Report): Generator<string> {
  let before = '{\n';
  for (const [key, value] of Object.entries(inOrder('', report) as Report)) {
    yield `${before}${margin(1)}${JSON.stringify(key)}: `;
    before = ',\n';
    if (!Array.isArray(value) || value.length === 0) {
      yield written(value, 1);
      continue;
    }
    let open = '[\n';
    for (const item of value) {
      yield `${open}${margin(2)}${written(item, 2)}`;
      open = ',\n';
    }
    yield `\n${margin(1)}]`;
  }
  yield '\n}\n';
}

const margin = (depth: number): string => ' '.repeat(INDENT * depth);

/** In JSON a line ends only where it is indented. */
const written = (value: unknown, depth: number): string =>
  JSON.stringify(value, inOrder, INDENT).replaceAll('\n', `\n${margin(depth)}`);

export const jsonFormat: ReportFormat = {
  name: 'json',
  description: FORMAT_DESCRIPTIONS.json,
  render: renderJson,
  pieces: (report) => inLargePieces(pieces(report)),
};
