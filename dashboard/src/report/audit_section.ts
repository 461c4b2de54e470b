// Where labels came from, and whether they are good enough: facts, and the label audit.
import * as Plot from '@observablehq/plot';

import {drawn, kBase, kGrid, kNarrow, kTip, type Svg} from '../charts/common';
import {dotChart} from '../charts/dot_chart';
import type {FigureSpec} from '../charts/figure';
import {type Cell, matrixChart} from '../charts/matrix_chart';
import type {ArmStyle} from '../lib/arm_style';
import {h} from '../lib/dom';
import {count, fixed, percent, withInterval} from '../lib/format';
import {table} from '../lib/table';
import type {Estimate, LabelAuditJson} from './schema';

const kInk: ArmStyle = {color: 'var(--arm-blue)', dash: '', width: 2, filled: true};

export function auditFigures(audit: LabelAuditJson): FigureSpec[] {
  return [confusionFigure(audit), calibrationFigure(audit), corruptionFigure(audit)];
}

export function auditSummary(audit: LabelAuditJson): HTMLElement {
  return h(
    'div',
    {},
    ...audit.advice_text.map((line) => h('p', {class: 'verdict'}, line)),
    h(
      'p',
      {},
      `${count(audit.pairs)} pairs of ${count(audit.candidates)} candidates, ${count(audit.labelled)} with a label; `,
      `labels and responses agree with probability ${fixed(audit.agreement, 2)}, `,
      `their order correlates by ${withInterval(audit.rank_correlation, 2)} (Spearman), `,
      `${percent(audit.refusal_rate.value, 1)} of the pairs have no usable label.`,
    ),
  );
}

function confusionFigure(audit: LabelAuditJson): FigureSpec {
  const cells: Cell[] = audit.responses.flatMap((label, i) =>
    audit.responses.map((response, j) => {
      const value = audit.confusion[i]![j]!;
      return {
        row: label,
        column: response,
        value,
        tip: `label ${label}, response ${response}\n${percent(value, 1)} of the pairs`,
      };
    }),
  );
  return {
    id: 'label-confusion',
    title: 'Labels against responses',
    caption:
      'Share of pairs by what the label says (rows) and what the person does (columns); all cells add up to 1, agreement is the diagonal.',
    draw: (width) => [
      matrixChart(cells, {
        rows: audit.responses,
        columns: audit.responses,
        cell: Math.min(96, Math.floor((width - 110) / audit.responses.length)),
        rowLabel: 'label',
        columnLabel: 'response',
        ariaLabel: 'Labels against responses; values in the table below',
        digits: 3,
        scale: Math.max(...cells.map((cell) => cell.value)),
        turned: false,
      }),
    ],
    table: () =>
      table(
        'Share of pairs, label by response',
        [
          {head: 'label', cell: (i: number) => audit.responses[i]!},
          ...audit.responses.map((response, j) => ({
            head: response,
            cell: (i: number) => fixed(audit.confusion[i]![j]!, 3),
          })),
        ],
        audit.responses.map((_, i) => i),
      ),
  };
}

interface Bin {
  expected: number;
  observed: number;
  pairs: number;
}

function calibrationFigure(audit: LabelAuditJson): FigureSpec {
  const bins = audit.calibration.flatMap(({expected, observed, pairs}): Bin[] =>
    expected === null || observed === null ? [] : [{expected, observed, pairs}],
  );
  return {
    id: 'label-calibration',
    title: 'Calibration of the labels',
    caption: `Probability of SAVE or APPLY that labels give, against how often people did: on the diagonal labels mean what they say, below it they are too kind. The area of a dot is its number of pairs. Expected calibration error: ${fixed(audit.calibration_error, 3)}.`,
    draw: (width) => [calibrationChart(bins, Math.min(width, 460))],
    table: () =>
      table(
        'Calibration',
        [
          {head: 'labels say', cell: (bin: Bin) => fixed(bin.expected, 3)},
          {head: 'people did', cell: (bin) => fixed(bin.observed, 3)},
          {head: 'pairs', cell: (bin) => count(bin.pairs)},
        ],
        bins,
      ),
  };
}

function calibrationChart(bins: Bin[], width: number): Svg {
  return drawn({
    ...kBase,
    width,
    height: Math.min(width, 380),
    marginTop: 26,
    marginLeft: 44,
    marginBottom: 40,
    ariaLabel: 'Calibration of the labels; values in the table below',
    x: {domain: [0, 1]},
    y: {domain: [0, 1]},
    r: {range: [0, 12]},
    marks: [
      Plot.gridY({...kGrid, ticks: 5}),
      Plot.axisY({label: 'share of people who saved or applied', labelArrow: 'none', labelAnchor: 'top', tickSize: 0, ticks: 5}),
      Plot.axisX({label: 'probability of SAVE or APPLY that labels give', labelArrow: 'none', labelAnchor: 'center', tickSize: 4, ticks: 5}),
      Plot.link([0], {x1: 0, y1: 0, x2: 1, y2: 1, stroke: 'var(--dim)', strokeDasharray: '2 3', className: 'diagonal'}),
      Plot.line(bins, {x: 'expected', y: 'observed', stroke: kInk.color, className: 'line'}),
      Plot.dot(bins, {x: 'expected', y: 'observed', r: 'pairs', fill: kInk.color, stroke: 'var(--paper)', className: 'dot'}),
      Plot.tip(
        bins,
        Plot.pointer({
          x: 'expected',
          y: 'observed',
          title: (bin: Bin) =>
            `labels ${fixed(bin.expected, 2)}, people ${fixed(bin.observed, 2)}\n${count(bin.pairs)} pairs`,
          ...kTip,
        }),
      ),
    ],
  });
}

interface AuditRow {
  name: string;
  estimate: Estimate | null;
}

function corruptionFigure(audit: LabelAuditJson): FigureSpec {
  const rows: AuditRow[] = [
    {name: 'estimated corruption', estimate: audit.corruption},
    {name: 'rank correlation', estimate: audit.rank_correlation},
    {name: 'that of the reference', estimate: audit.reference_correlation},
    {name: 'kindness (bias)', estimate: audit.positivity_bias},
    {name: 'refusals', estimate: audit.refusal_rate},
  ];
  return {
    id: 'label-corruption',
    title: 'How far the labels can be trusted',
    caption: `With 95 % intervals. The dotted line is the corruption near which a warm start from such labels stops helping (${percent(audit.harmful_corruption)}, arXiv 2604.02527); it concerns the first row.`,
    draw: (width) => [
      dotChart(
        rows.map(({name, estimate}) => ({
          name,
          style: kInk,
          estimate,
          ...(width < kNarrow || estimate === null ? {} : {note: withInterval(estimate, 2)}),
          tip: `${name}\n${estimate === null ? 'unknown' : withInterval(estimate, 3)}`,
        })),
        {
          width,
          title: 'value',
          ariaLabel: 'Corruption, correlation, bias and refusals; values in the table below',
          reference: audit.harmful_corruption,
          beyond: 'unknown',
        },
      ),
    ],
    table: () =>
      table(
        'Label audit',
        [
          {head: 'what', cell: (row: AuditRow) => row.name},
          {head: 'value [95 %]', cell: ({estimate}) => (estimate ? withInterval(estimate, 3) : 'unknown')},
        ],
        rows,
      ),
  };
}
