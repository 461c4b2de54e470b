// Lines with bands of their intervals and a direct label at the end of each.
import * as Plot from '@observablehq/plot';

import type {ArmStyle} from '../lib/arm_style';
import {roundDomain} from '../lib/axis';
import {spreadLabels} from '../lib/label_layout';
import {drawn, kBase, kGrid, kNarrow, kTip, type Svg, widest} from './common';

export interface LinePoint {
  x: number;
  y: number;
  low: number | null;
  high: number | null;
}

export interface Line {
  name: string;
  style: ArmStyle;
  points: LinePoint[];
  band: boolean;
}

export interface LineChartOptions {
  width: number;
  xLabel: string;
  yLabel: string;
  ariaLabel: string;
  title?: string;
  height?: number;
  // At the ends of the lines, or in the order of their mean where all lines end at the same place.
  labels?: 'ends' | 'ordered';
  steps?: boolean; // the line holds its value up to the next point
  yDomain?: [number, number];
  xDomain?: [number, number];
  xLog?: boolean;
  // Few points that are of interest each: dots with intervals as bars, arms side by side, in place of bands.
  bars?: boolean;
  percentY?: boolean;
  wholeX?: boolean; // ticks at whole numbers only
  xTicks?: {at: number; text: string}[]; // in place of round numbers
  tip: (line: Line, point: LinePoint) => string;
}

const kTop = 26;
const kBottom = 40;
const kLabelGap = 14;
const kLeader = 18;
const kBarGap = 6;
const kTicksY = 6;

export function lineChart(lines: Line[], options: LineChartOptions): Svg {
  const narrow = options.width < kNarrow;
  const height = options.height ?? (narrow ? 300 : 360);
  const left = 46;
  const right = kLeader + (options.labels === 'ordered' ? 16 : 8) + widest(lines.map((line) => line.name));
  const flat = lines.flatMap((line) => line.points.map((point) => ({line, ...point})));
  const xs = flat.map((point) => point.x);
  const xDomain = options.xDomain ?? [Math.min(...xs), Math.max(...xs)];
  const yDomain = options.yDomain ?? roundDomain(verticalRange(lines));
  const curve = options.steps ? 'step-after' : 'linear';
  // Room for what stands beside the first and the last point.
  const inset = options.bars ? (kBarGap * lines.length) / 2 + 6 : 0;
  const plotted = options.width - left - right - 2 * inset;

  const marks: Plot.Markish[] = [
    Plot.gridY({...kGrid, ticks: kTicksY}),
    Plot.axisY({
      anchor: 'left',
      label: options.title === undefined ? options.yLabel : null, // a title says it

      labelArrow: 'none',
      labelAnchor: 'top',
      tickSize: 0,
      ticks: kTicksY,
      ...(options.percentY ? {tickFormat: (y: number) => `${Math.round(100 * y)} %`} : {}),
    }),
    Plot.axisX({
      label: options.xLabel,
      labelArrow: 'none',
      labelAnchor: 'center',
      labelOffset: 34,
      tickSize: 4,
      ...xTicks(options, narrow),
    }),
  ];
  if (yDomain[0] < 0 && yDomain[1] > 0) marks.push(Plot.ruleY([0], {stroke: 'var(--dim)'}));
  for (const line of lines) {
    if (!line.band || options.bars) continue;
    marks.push(
      Plot.areaY(line.points, {
        x: 'x',
        y1: (point: LinePoint) => point.low ?? point.y,
        y2: (point: LinePoint) => point.high ?? point.y,
        fill: line.style.color,
        fillOpacity: 0.14,
        curve,
        className: 'band',
      }),
    );
  }
  lines.forEach((line, i) => {
    const dx = options.bars ? kBarGap * (i - (lines.length - 1) / 2) : 0;
    marks.push(...lineMarks(line, {bars: options.bars ?? false, dx, curve}));
  });
  const frame = {height, plotted, inset, xLog: options.xLog ?? false, ordered: options.labels === 'ordered'};
  marks.push(...endLabels(lines, xDomain, yDomain, frame));
  if (options.title !== undefined) marks.push(titleMark(options.title));
  marks.push(
    Plot.tip(
      flat,
      Plot.pointer({
        x: 'x',
        y: 'y',
        maxRadius: 60,
        title: ({line, ...point}: LinePoint & {line: Line}) => options.tip(line, point),
        ...kTip,
      }),
    ),
  );
  return drawn({
    ...kBase,
    width: options.width,
    height,
    marginTop: kTop,
    marginBottom: kBottom,
    marginLeft: left,
    marginRight: right,
    ariaLabel: options.ariaLabel,
    x: {type: options.xLog ? 'log' : 'linear', domain: xDomain, inset},
    y: {domain: yDomain},
    marks,
  });
}

interface LineLook {
  bars: boolean;
  dx: number; // pixels to the right
  curve: Plot.CurveName;
}

function lineMarks(line: Line, {bars, dx, curve}: LineLook): Plot.Markish[] {
  const {color, dash, width, filled} = line.style;
  const drawn = Plot.line(line.points, {
    x: 'x',
    y: 'y',
    dx,
    stroke: color,
    strokeWidth: width,
    ...(dash === '' ? {} : {strokeDasharray: dash}),
    curve,
    className: 'line',
  });
  if (!bars) return [drawn];
  const known = line.points.filter(({low, high}) => low !== null && high !== null);
  return [
    Plot.ruleX(known, {x: 'x', y1: 'low', y2: 'high', dx, stroke: color, className: 'interval'}),
    drawn,
    Plot.dot(line.points, {
      x: 'x',
      y: 'y',
      dx,
      r: 3.5,
      stroke: color,
      fill: filled ? color : 'var(--paper)',
      className: 'dots',
    }),
  ];
}

function xTicks({xTicks, wholeX}: LineChartOptions, narrow: boolean): Plot.AxisXOptions {
  if (wholeX)
    return {ticks: narrow ? 4 : 8, tickFormat: (x: number) => (Number.isInteger(x) ? String(x) : '')};
  if (xTicks === undefined) return {ticks: narrow ? 4 : 8};
  const texts = new Map(xTicks.map(({at, text}) => [at, text]));
  return {ticks: [...texts.keys()], tickFormat: (x: number) => texts.get(x) ?? ''};
}

function titleMark(title: string): Plot.Markish {
  return Plot.text([title], {
    frameAnchor: 'top',
    dy: -20,
    text: (text: string) => text,
    fontWeight: 600,
    className: 'title',
  });
}

interface Frame {
  height: number;
  plotted: number; // width between the ends of the x-axis' domain
  inset: number;
  xLog: boolean;
  ordered: boolean;
}

// Names at the right, each with a piece of its line; those that would lie on each other move apart.
function endLabels(
  lines: Line[],
  xDomain: [number, number],
  yDomain: [number, number],
  {height, plotted, inset, xLog, ordered}: Frame,
): Plot.Markish[] {
  const inner = height - kTop - kBottom;
  const [low, high] = yDomain;
  const pixel = (y: number): number => kTop + ((high - y) / (high - low)) * inner;
  const value = (at: number): number => high - ((at - kTop) / inner) * (high - low);
  const beyond = (pixels: number): number => {
    const share = 1 + (pixels + inset) / plotted;
    return xLog
      ? xDomain[0] * (xDomain[1] / xDomain[0]) ** share
      : xDomain[0] + share * (xDomain[1] - xDomain[0]);
  };
  const ends = lines.map((line) => line.points[line.points.length - 1]!);
  const heights = lines.map((line, i) => (ordered ? meanOf(line) : ends[i]!.y));
  const places = spreadLabels(heights.map(pixel), kLabelGap, kTop, height - kBottom).map(value);
  return lines.flatMap((line, i) => {
    const y2 = places[i]!;
    const at = {
      x1: ordered ? beyond(4) : ends[i]!.x,
      y1: ordered ? y2 : ends[i]!.y,
      x2: beyond(ordered ? kLeader + 8 : kLeader),
      y2,
    };
    return [
      Plot.link([at], {
        x1: 'x1',
        y1: 'y1',
        x2: 'x2',
        y2: 'y2',
        stroke: line.style.color,
        strokeWidth: Math.min(line.style.width, 1.5),
        ...(line.style.dash === '' ? {} : {strokeDasharray: line.style.dash}),
        className: 'leader',
      }),
      Plot.text([at], {
        x: 'x2',
        y: 'y2',
        dx: 4,
        text: () => line.name,
        textAnchor: 'start',
        fill: line.style.color,
        className: 'label',
      }),
    ];
  });
}

function meanOf(line: Line): number {
  return line.points.reduce((sum, point) => sum + point.y, 0) / Math.max(1, line.points.length);
}

function* verticalRange(lines: Line[]): Generator<number> {
  for (const line of lines) {
    for (const point of line.points) {
      yield point.y;
      if (!line.band) continue;
      if (point.low !== null) yield point.low;
      if (point.high !== null) yield point.high;
    }
  }
}
