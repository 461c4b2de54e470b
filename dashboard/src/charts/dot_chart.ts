// Cleveland's dot plot: one row per name, a dot at the value, a line over its interval.
import * as Plot from '@observablehq/plot';

import type {ArmStyle} from '../lib/arm_style';
import {roundDomain} from '../lib/axis';
import type {Estimate} from '../report/schema';
import {drawn, kBase, kFontSize, kGrid, kNarrow, kTip, type Svg, widest} from './common';

export interface Dot {
  name: string;
  style: ArmStyle;
  estimate: Estimate | null; // null: an arrow at the right end, with `beyond` beside it
  inner?: Estimate; // a narrower interval within, drawn thick
  filled?: boolean; // in place of the style's
  note?: string; // at the right of the row
  tip: string;
}

export interface DotChartOptions {
  width: number;
  title: string;
  ariaLabel: string;
  reference?: number; // a dotted line, such as the baseline's value
  beyond?: string;
  domain?: [number, number];
  percent?: boolean;
}

const kRow = 19;
const kLine = 16; // of a name above its row
const kWidestNames = 0.45; // of the width
const kTop = 26;
const kBottom = 24;

export function dotChart(dots: Dot[], options: DotChartOptions): Svg {
  const ends = dots.flatMap(({estimate}) =>
    estimate === null ? [] : [estimate.low ?? estimate.value, estimate.value, estimate.high ?? estimate.value],
  );
  if (options.reference !== undefined) ends.push(options.reference);
  const domain = options.domain ?? roundDomain(ends, 4);
  const present = dots.flatMap((dot) => (dot.estimate === null ? [] : [{...dot, estimate: dot.estimate}]));
  const names = widest(dots.map((dot) => dot.name));
  // Long names stand above their row, with what is said at its end.
  const stacked = names > kWidestNames * options.width;
  const marginLeft = stacked ? 14 : 8 + names;
  const lines = Math.ceil(widest(dots.map(heading)) / options.width);
  const row = stacked ? kRow + kLine * lines : kRow;
  const marks: Plot.Markish[] = [
    Plot.gridX({...kGrid, ticks: 4}),
    Plot.axisX({
      anchor: 'bottom',
      label: null,
      ticks: 4,
      tickSize: 0,
      ...(options.percent ? {tickFormat: (x: number) => `${Math.round(100 * x)} %`} : {}),
    }),
    ...(stacked ? [] : [Plot.axisY({label: null, tickSize: 0, tickPadding: 6})]),
    Plot.text([options.title], {
      frameAnchor: 'top-left',
      dx: options.width < kNarrow || stacked ? -marginLeft : 0, // the whole width, where there is little
      dy: -20,
      text: (title: string) => title,
      fontWeight: 600,
      className: 'title',
    }),
  ];
  if (domain[0] < 0 && domain[1] > 0) marks.push(Plot.ruleX([0], {stroke: 'var(--dim)'}));
  if (options.reference !== undefined) {
    marks.push(
      Plot.ruleX([options.reference], {
        stroke: 'var(--ink)',
        strokeDasharray: '2 3',
        className: 'reference',
      }),
    );
  }
  if (stacked) marks.push(namesAbove(dots, marginLeft, options.width));
  marks.push(...intervals(present), ...dotsOf(present));
  marks.push(...beyondMarks(dots, domain[1], options.beyond));
  const notes = stacked ? [] : dots.filter((dot) => dot.note !== undefined);
  if (notes.length > 0) {
    marks.push(
      Plot.text(notes, {
        y: 'name',
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 10,
        text: 'note',
        className: 'note',
      }),
    );
  }
  marks.push(
    Plot.tip(
      dots,
      Plot.pointerY({
        x: (dot: Dot) => dot.estimate?.value ?? domain[1],
        y: 'name',
        title: 'tip',
        maxRadius: 200,
        ...kTip,
      }),
    ),
  );
  return drawn({
    ...kBase,
    width: options.width,
    height: kTop + kBottom + row * dots.length,
    marginTop: kTop,
    marginBottom: kBottom,
    marginLeft,
    marginRight: notes.length > 0 ? 14 + widest(notes.map((dot) => dot.note!)) : 14,
    ariaLabel: options.ariaLabel,
    x: {domain, insetLeft: 6, insetRight: 6},
    y: {type: 'point', domain: dots.map((dot) => dot.name), padding: stacked ? 1 : 0.6, axis: null},
    marks,
  });
}

function heading({name, note}: Dot): string {
  return note === undefined ? name : `${name} (${note})`;
}

function namesAbove(dots: Dot[], marginLeft: number, width: number): Plot.Markish {
  return Plot.text(dots, {
    y: 'name',
    frameAnchor: 'left',
    dx: -marginLeft,
    dy: -9,
    lineAnchor: 'bottom',
    lineWidth: width / kFontSize - 1,
    text: heading,
    stroke: 'var(--paper)',
    strokeWidth: 4,
    fill: 'currentColor',
    className: 'names',
  });
}

type Present = Dot & {estimate: Estimate};

function intervals(dots: Present[]): Plot.Markish[] {
  const known = dots.filter(({estimate}) => estimate.low !== null && estimate.high !== null);
  const inner = dots.filter((dot) => dot.inner?.low != null && dot.inner.high !== null);
  return [
    Plot.ruleY(known, {
      y: 'name',
      x1: (dot: Present) => dot.estimate.low,
      x2: (dot: Present) => dot.estimate.high,
      stroke: (dot: Present) => dot.style.color,
      strokeWidth: 1.5,
      className: 'interval',
    }),
    Plot.ruleY(inner, {
      y: 'name',
      x1: (dot: Present) => dot.inner!.low,
      x2: (dot: Present) => dot.inner!.high,
      stroke: (dot: Present) => dot.style.color,
      strokeWidth: 4,
      strokeOpacity: 0.45,
      className: 'inner-interval',
    }),
  ];
}

function dotsOf(dots: Present[]): Plot.Markish[] {
  return [
    Plot.dot(dots, {
      x: (dot: Present) => dot.estimate.value,
      y: 'name',
      r: 4,
      stroke: (dot: Present) => dot.style.color,
      strokeWidth: 1.5,
      fill: (dot: Present) =>
        (dot.filled ?? dot.style.filled) ? dot.style.color : 'var(--paper)',
      className: 'dot',
    }),
  ];
}

function beyondMarks(dots: Dot[], end: number, text: string | undefined): Plot.Markish[] {
  const missing = dots.filter((dot) => dot.estimate === null);
  if (missing.length === 0) return [];
  return [
    Plot.text(missing, {
      x: end,
      y: 'name',
      text: () => text ?? '–',
      textAnchor: 'end',
      fill: 'var(--dim)',
      className: 'beyond',
    }),
  ];
}
