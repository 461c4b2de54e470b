// Figures of lines, which all show the arms that the reader has chosen: learning curves, time to
// threshold, performance profiles.
import type {FigureSpec} from '../charts/figure';
import {lineChart, type Line, type LinePoint} from '../charts/line_chart';
import {panelWidth, type Svg} from '../charts/common';
import {roundDomain} from '../lib/axis';
import {fixed, interval, percent, withInterval} from '../lib/format';
import {table} from '../lib/table';
import {byReward, isStream, learns, styles} from './arms';
import type {ArmJson, ProtocolJson, ThresholdJson} from './schema';

export type Shown = Set<string>;

function chosen(protocol: ProtocolJson, shown: Shown): ArmJson[] {
  return byReward(protocol.arms).filter((arm) => shown.has(arm.name));
}

function linesOf(
  protocol: ProtocolJson,
  shown: Shown,
  points: (arm: ArmJson) => LinePoint[],
): Line[] {
  const style = styles(protocol.arms);
  return chosen(protocol, shown)
    .map((arm) => ({
      name: arm.name,
      style: style.get(arm.name)!,
      points: points(arm),
      band: learns(arm),
    }))
    .filter((line) => line.points.length > 0);
}

function curvePoints({curve}: ArmJson): LinePoint[] {
  return curve.step.map((x, i) => ({
    x,
    y: curve.iqm[i]!,
    low: curve.low[i] ?? null,
    high: curve.high[i] ?? null,
  }));
}

export function learningFigure(protocol: ProtocolJson, shown: Shown): FigureSpec {
  const stream = isStream(protocol);
  const xLabel = stream ? 'step of the stream' : 'step with an unseen candidate';
  const yLabel = stream ? 'mean expected reward of a person' : 'expected reward';
  return {
    id: `learning-${protocol.name}`,
    title: `Learning curves, ${protocol.name}`,
    caption: stream
      ? 'One agent serves one person after another: the judge’s mean expected reward of each person’s recommendations, along the stream. Above, the chosen arms together; below, each one that learns with its 95 % interval over seeds, beside the cold start and the oracle.'
      : 'A fresh clone of the warm agent meets each person: the judge’s expected reward of what is recommended at each step, interquartile mean over seeds and people. Above, the chosen arms together; below, each one that learns with its 95 % interval, beside the cold start and the oracle.',
    draw: (width) => learningPanels(linesOf(protocol, shown, curvePoints), width, xLabel, yLabel),
    table: () =>
      table(
        `${yLabel} by ${xLabel} [95 % interval]`,
        [
          {head: 'step', cell: (i: number) => String(protocol.arms[0]!.curve.step[i]) },
          ...byReward(protocol.arms).map((arm) => ({
            head: arm.name,
            cell: (i: number) => {
              const point = curvePoints(arm)[i];
              return point === undefined
                ? '–'
                : withInterval({value: point.y, low: point.low, high: point.high}, 3);
            },
          })),
        ],
        (protocol.arms[0]?.curve.step ?? []).map((_, i) => i),
      ),
  };
}

// All bands in one chart would hide each other: the lines together first, then one panel per arm that
// learns, with its band, on the same scale.
function learningPanels(lines: Line[], width: number, xLabel: string, yLabel: string): Svg[] {
  const tip = (line: Line, {x, y, low, high}: LinePoint): string =>
    `${line.name}\nstep ${x}: ${withInterval({value: y, low, high}, 3)}`;
  const ariaLabel = 'values in the table below';
  const bare = lines.map((line) => ({...line, band: false}));
  const all = lineChart(bare, {
    width,
    xLabel,
    yLabel,
    tip,
    ariaLabel: `Learning curves of ${lines.map(({name}) => name).join(', ')}; ${ariaLabel}`,
  });
  const focal = lines.filter(({name, band}) => band && name !== 'baseline');
  const context = bare.filter(({name}) => name === 'baseline' || name === 'oracle');
  const panels = focal.map((line) =>
    lineChart([...context, line], {
      width: panelWidth(width),
      height: 240,
      xLabel,
      yLabel: '',
      yDomain: roundDomain(
        [...focal, ...context].flatMap(({points, band}) =>
          points.flatMap(({y, low, high}) => (band ? [low ?? y, high ?? y] : [y])),
        ),
      ),
      title: line.name,
      tip,
      ariaLabel: `Learning curve of ${line.name} with its interval; ${ariaLabel}`,
    }),
  );
  return [all, ...panels];
}

// Kaplan and Meier's curve turned round: the share of people who have got to the threshold.
export function reachedPoints({survival}: ThresholdJson, steps: number): LinePoint[] {
  const at = (x: number, waiting: number): LinePoint => ({x, y: 1 - waiting, low: null, high: null});
  if (survival === undefined) return [];
  const points = [at(0, 1), ...survival.step.map((step, i) => at(step, survival.share[i]!))];
  const last = points[points.length - 1]!;
  if (last.x < steps) points.push({...last, x: steps});
  return points;
}

export function medianText({median, median_low, median_high}: ThresholdJson): string {
  if (median === null) return 'not reached';
  const end = (value: number | null | undefined): string =>
    value === null || value === undefined ? 'never' : fixed(value, 0);
  return `${fixed(median, 0)} [${end(median_low)}, ${end(median_high)}]`;
}

export function thresholdFigure(protocol: ProtocolJson, shown: Shown): FigureSpec {
  const threshold = (arm: ArmJson): ThresholdJson => arm.metrics.steps_to_threshold;
  return {
    id: `threshold-${protocol.name}`,
    title: `Time to threshold, ${protocol.name}`,
    caption:
      'Share of people for whom an arm has come to 70 % of the oracle’s reward, over a window of ten steps, by the step at which it did (Kaplan-Meier, censored at the last step). Higher and further to the left is better; where a line crosses 50 % is its median.',
    draw: (width) => [
      lineChart(
        linesOf(protocol, shown, (arm) => reachedPoints(threshold(arm), protocol.steps)).map(
          (line) => ({...line, band: false}),
        ),
        {
          width,
          xLabel: 'step with a person',
          yLabel: 'people who have got there',
          ariaLabel: 'Share of people who reached the threshold, by step; values in the table below',
          steps: true,
          percentY: true,
          yDomain: [0, 1],
          xDomain: [0, protocol.steps],
          tip: (line, {x, y}) => `${line.name}\nby step ${x}: ${percent(y)}`,
        },
      ),
    ],
    table: () =>
      table(
        'Steps to 70 % of the oracle',
        [
          {head: 'arm', cell: (arm: ArmJson) => arm.name},
          {head: 'median step [95 % interval]', cell: (arm) => medianText(threshold(arm))},
          {head: 'people who got there', cell: (arm) => percent(threshold(arm).reached)},
        ],
        byReward(protocol.arms),
      ),
  };
}

function profilePoints({profile}: ArmJson): LinePoint[] {
  if (profile === undefined) return [];
  return profile.score.map((x, i) => ({
    x,
    y: profile.share[i]!,
    low: profile.low[i] ?? null,
    high: profile.high[i] ?? null,
  }));
}

export function profileFigure(protocol: ProtocolJson, shown: Shown): FigureSpec {
  return {
    id: `profile-${protocol.name}`,
    title: `Performance profiles, ${protocol.name}`,
    caption:
      'Share of people whose normalized score is above τ: 0 is a person who ignores everything, 1 one served as well as by the oracle. A line above another everywhere is better for everybody, not only on average. Bands are 95 % intervals of the learners.',
    draw: (width) => [
      lineChart(linesOf(protocol, shown, profilePoints), {
        width,
        xLabel: 'normalized score τ',
        yLabel: 'people above τ',
        ariaLabel: 'Performance profiles; values in the table below',
        percentY: true,
        labels: 'ordered',
        yDomain: [0, 1],
        tip: (line, {x, y, low, high}) =>
          `${line.name}\nabove ${fixed(x, 2)}: ${percent(y)} of people ${interval({low, high}, 2)}`,
      }),
    ],
    table: () =>
      table(
        'Share of people above a normalized score [95 % interval]',
        [
          {head: 'τ', cell: (i: number) => fixed(profilePoints(protocol.arms[0]!)[i]?.x ?? 0, 2)},
          ...byReward(protocol.arms).map((arm) => ({
            head: arm.name,
            cell: (i: number) => {
              const point = profilePoints(arm)[i];
              return point === undefined
                ? '–'
                : withInterval({value: point.y, low: point.low, high: point.high}, 2);
            },
          })),
        ],
        profilePoints(protocol.arms[0]!).map((_, i) => i),
      ),
  };
}
