// Points with vertical intervals and a label beside each.
import * as Plot from '@observablehq/plot';

import type {ArmStyle} from '../lib/arm_style';
import {logTicks, roundDomain} from '../lib/axis';
import {placeLabels} from '../lib/label_layout';
import type {Estimate} from '../report/schema';
import {drawn, kBase, kGrid, kTip, type Svg, textWidth} from './common';

export interface ScatterPoint {
  name: string;
  style: ArmStyle;
  x: number;
  y: Estimate;
  tip: string;
}

export interface ScatterOptions {
  width: number;
  height: number;
  xLabel: string;
  yLabel: string;
  ariaLabel: string;
  xLog?: boolean;
  yDomain?: [number, number];
  xFormat: (x: number) => string;
}

const kFar = 14; // pixels from a point to the middle of its label
const kMargin = {top: 26, bottom: 46, left: 44, right: 24};

export function scatterChart(points: ScatterPoint[], options: ScatterOptions): Svg {
  const {width, height} = options;
  const log = options.xLog ?? false;
  const xs = points.map((point) => point.x);
  const xDomain: [number, number] = log
    ? [Math.min(...xs) / 1.6, Math.max(...xs) * 1.6]
    : roundDomain([0, ...xs], 4);
  const yDomain =
    options.yDomain ??
    roundDomain(points.flatMap(({y}) => [y.low ?? y.value, y.value, y.high ?? y.value]));
  const frame = {
    left: kMargin.left,
    right: width - 2,
    top: kMargin.top,
    bottom: height - kMargin.bottom,
  };
  const inner = width - kMargin.right - kMargin.left;
  const pixelX = (x: number): number => {
    const share = log
      ? Math.log(x / xDomain[0]) / Math.log(xDomain[1] / xDomain[0])
      : (x - xDomain[0]) / (xDomain[1] - xDomain[0]);
    return kMargin.left + share * inner;
  };
  const pixelY = (y: number): number =>
    frame.top + ((yDomain[1] - y) / (yDomain[1] - yDomain[0])) * (frame.bottom - frame.top);
  const at = points.map((point) => ({
    x: pixelX(point.x),
    y: pixelY(point.y.value),
    width: textWidth(point.name),
  }));
  const labels = placeLabels(at, frame, 13).map((label, i) => ({...label, point: points[i]!}));
  const color = (point: ScatterPoint): string => point.style.color;
  const toX = (pixel: number): number => dataX(pixel, xDomain, inner, log);
  const toY = (pixel: number): number =>
    yDomain[1] - ((pixel - frame.top) / (frame.bottom - frame.top)) * (yDomain[1] - yDomain[0]);
  // A label that had to go far gets a line to its point.
  const leaders = labels
    .map((label, i) => ({label, at: at[i]!, point: label.point}))
    .filter(({label, at: mark}) => Math.abs(label.y - mark.y) > kFar)
    .map(({label, at: mark, point}) => ({
      x1: point.x,
      y1: point.y.value,
      x2: toX(Math.max(label.x, Math.min(label.x + mark.width, mark.x))),
      y2: toY(label.y + (label.y < mark.y ? 6 : -6)),
    }));
  return drawn({
    ...kBase,
    width,
    height,
    marginTop: kMargin.top,
    marginBottom: kMargin.bottom,
    marginLeft: kMargin.left,
    marginRight: kMargin.right,
    ariaLabel: options.ariaLabel,
    x: {type: log ? 'log' : 'linear', domain: xDomain},
    y: {domain: yDomain},
    marks: [
      Plot.gridY({...kGrid, ticks: 5}),
      Plot.axisY({label: options.yLabel, labelArrow: 'none', labelAnchor: 'top', tickSize: 0, ticks: 5}),
      Plot.axisX({
        label: options.xLabel,
        labelArrow: 'none',
        labelAnchor: 'center',
        labelOffset: 38,
        tickSize: 4,
        ticks: log ? logTicks(xDomain) : 4,
        tickFormat: options.xFormat,
      }),
      Plot.link(leaders, {
        x1: 'x1',
        y1: 'y1',
        x2: 'x2',
        y2: 'y2',
        stroke: 'var(--dim)',
        strokeWidth: 0.75,
        className: 'leader',
      }),
      Plot.ruleX(
        points.filter(({y}) => y.low !== null && y.high !== null),
        {
          x: 'x',
          y1: (point: ScatterPoint) => point.y.low,
          y2: (point: ScatterPoint) => point.y.high,
          stroke: color,
          strokeOpacity: 0.55,
          className: 'interval',
        },
      ),
      Plot.dot(points, {
        x: 'x',
        y: (point: ScatterPoint) => point.y.value,
        r: 4.5,
        stroke: color,
        strokeWidth: 1.5,
        fill: (point: ScatterPoint) => (point.style.filled ? point.style.color : 'var(--paper)'),
        className: 'dot',
      }),
      Plot.text(labels, {
        // Placed in pixels: the scales are undone by going through them backwards.
        x: ({x}: {x: number}) => toX(x),
        y: ({y}: {y: number}) => toY(y),
        text: ({point}: {point: ScatterPoint}) => point.name,
        textAnchor: 'start',
        fill: ({point}: {point: ScatterPoint}) => point.style.color,
        stroke: 'var(--paper)',
        strokeWidth: 3,
        className: 'label',
      }),
      Plot.tip(
        points,
        Plot.pointer({
          x: 'x',
          y: (point: ScatterPoint) => point.y.value,
          title: 'tip',
          maxRadius: 50,
          ...kTip,
        }),
      ),
    ],
  });
}

function dataX(pixel: number, domain: [number, number], inner: number, log: boolean): number {
  const share = (pixel - kMargin.left) / inner;
  return log
    ? domain[0] * (domain[1] / domain[0]) ** share
    : domain[0] + share * (domain[1] - domain[0]);
}
