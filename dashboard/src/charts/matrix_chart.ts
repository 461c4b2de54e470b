// A matrix of shares with the number in each cell; darker is more, so that grey prints keep the order.
import * as Plot from '@observablehq/plot';

import {fixed} from '../lib/format';
import {drawn, kBase, kTip, type Svg, widest} from './common';

export interface Cell {
  row: string;
  column: string;
  value: number; // 0 to 1
  outlined?: boolean;
  tip: string;
}

export interface MatrixOptions {
  rows: string[];
  columns: string[];
  cell: number; // width of a cell
  rowLabel: string;
  columnLabel: string;
  ariaLabel: string;
  digits?: number;
  scale?: number; // the value that is darkest; 1
  turned?: boolean; // column names run upwards
}

const kDark = 0.8; // from this share of the scale on, text is light

export function matrixChart(cells: Cell[], options: MatrixOptions): Svg {
  const scale = options.scale ?? 1;
  const height = Math.max(24, Math.min(options.cell, 30));
  const turned = options.turned ?? true;
  const top = turned ? 34 + widest(options.columns) : 46;
  const outlined = cells.filter((cell) => cell.outlined);
  const share = (cell: Cell): number => Math.min(1, cell.value / scale);
  return drawn({
    ...kBase,
    width: widest(options.rows) + 14 + options.cell * options.columns.length + 4,
    height: top + height * options.rows.length + 6,
    marginTop: top,
    marginBottom: 6,
    marginLeft: widest(options.rows) + 14,
    marginRight: 4,
    ariaLabel: options.ariaLabel,
    x: {type: 'band', domain: options.columns, padding: 0.04},
    y: {type: 'band', domain: options.rows, padding: 0.04},
    marks: [
      Plot.axisX({
        anchor: 'top',
        label: options.columnLabel,
        labelAnchor: 'center',
        labelArrow: 'none',
        labelOffset: top - 12,
        tickSize: 0,
        ...(turned ? {tickRotate: -90} : {}),
      }),
      Plot.axisY({label: options.rowLabel, labelArrow: 'none', labelAnchor: 'top', labelOffset: widest(options.rows) + 10, tickSize: 0}),
      Plot.cell(cells, {
        x: 'column',
        y: 'row',
        fill: 'var(--heat)',
        fillOpacity: (cell: Cell) => 0.04 + 0.9 * share(cell),
        className: 'cell',
      }),
      Plot.cell(outlined, {
        x: 'column',
        y: 'row',
        fill: 'none',
        stroke: 'var(--ink)',
        strokeWidth: 2,
        inset: 1,
        className: 'decided',
      }),
      Plot.text(cells, {
        x: 'column',
        y: 'row',
        text: (cell: Cell) => fixed(cell.value, options.digits ?? 2),
        fill: (cell: Cell) => (share(cell) > kDark ? 'var(--on-heat)' : 'var(--ink)'),
        className: 'value',
      }),
      Plot.tip(cells, Plot.pointer({x: 'column', y: 'row', title: 'tip', ...kTip})),
    ],
  });
}
