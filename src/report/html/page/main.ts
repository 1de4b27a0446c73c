/** The script of the page. Without it the page shows the verdict, what to do and the worst findings. */
import { copyLines } from './copy.js';
import { all } from './find.js';
import { FindingsTable } from './findings-table.js';
import { startControls } from './list-controls.js';
import { readData } from './read-data.js';

const data = readData();

for (const button of all<HTMLButtonElement>('button.copy')) {
  button.hidden = false;
  button.addEventListener('click', () => void copyLines(button));
}
if (data.rows.length > 0) startControls(new FindingsTable(data));
