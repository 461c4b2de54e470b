// Tables: text to the left, numbers to the right, the first column heads its row.
import {h} from './dom';

export interface Column<Row> {
  head: string;
  cell: (row: Row) => string;
  words?: boolean; // text: to the left, and broken over lines
}

export function table<Row>(caption: string, columns: Column<Row>[], rows: Row[]): HTMLElement {
  const head = columns.map(({head, words}) =>
    h('th', {scope: 'col', class: words ? 'words' : undefined}, head),
  );
  const body = rows.map((row) => {
    const cells = columns.map(({cell, words}, i) =>
      i === 0
        ? h('th', {scope: 'row'}, cell(row))
        : h('td', {class: words ? 'words' : undefined}, cell(row)),
    );
    return h('tr', {}, ...cells);
  });
  // Focusable, so that the keyboard can scroll what is wider than the screen.
  return h(
    'div',
    {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption},
    h(
      'table',
      {},
      h('caption', {}, caption),
      h('thead', {}, h('tr', {}, ...head)),
      h('tbody', {}, ...body),
    ),
  );
}
