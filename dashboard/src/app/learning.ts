// Learning: what the policy makes of the responses, snapshot by snapshot.
import type {Svg} from '../charts/common';
import {type Line, lineChart} from '../charts/line_chart';
import {roundDomain} from '../lib/axis';
import {append, h} from '../lib/dom';
import {count, fixed, percent} from '../lib/format';
import {table} from '../lib/table';
import {type Learning, type LearningPoint, readLearning} from './api';
import {guarded, notice, repeat, type View} from './view';

const kSeconds = 5;
const kFewest = 2; // points of a line
const kPoints = 500;

interface Curve {
  title: string;
  lines: {name: string; value: (point: LearningPoint) => number | null; color: string; dash: string}[];
}

const kCurves: Curve[] = [
  {title: 'mean reward of the responses since the snapshot before', lines: [{name: 'reward', value: (p) => p.reward, color: 'var(--arm-green)', dash: ''}]},
  {
    title: 'error on held-back responses',
    lines: [
      {name: 'this snapshot', value: (p) => p.held_back_error, color: 'var(--arm-blue)', dash: ''},
      {name: 'the one before', value: (p) => p.held_back_error_before, color: 'var(--arm-ink)', dash: '5 2'},
    ],
  },
  {
    title: 'loss of the updates',
    lines: [
      {name: 'Q-network', value: (p) => p.q_loss, color: 'var(--arm-blue)', dash: ''},
      {name: 'world model', value: (p) => p.model_loss, color: 'var(--arm-orange)', dash: '5 2'},
    ],
  },
  {title: 'share that exploration had shown', lines: [{name: 'explored', value: (p) => p.explored, color: 'var(--arm-purple)', dash: ''}]},
];

export const kLearning: View = {
  id: 'learning',
  title: 'Learning',
  show: (root) => {
    const body = h('div', {});
    root.replaceChildren(h('h1', {}, 'Learning'), body);
    return repeat(kSeconds, () => guarded(body, async () => draw(body, await readLearning(kPoints))));
  },
};

function draw(body: HTMLElement, learning: Learning): void {
  const {snapshots, responses, points, random_start: random} = learning;
  const state = learning.enabled
    ? `It learns (${learning.state}): ${count(responses['learned'] ?? 0)} responses are learned, ${count(responses['waiting'] ?? 0)} wait; ${count(snapshots.published)} snapshots were published, ${count(snapshots.rolled_back)} rolled back. ${percent(learning.exploration)} of the places are drawn at random.`
    : `It does not learn: ${learning.why_off ?? 'it is switched off'}.`;
  const charts = kCurves.flatMap((curve) => {
    const chart = curveChart(curve, points, Math.min(body.clientWidth, 640));
    return chart === undefined ? [] : [h('figure', {}, h('figcaption', {}, curve.title), h('div', {class: 'chart'}, chart))];
  });
  body.replaceChildren();
  append(body, [
    h('p', {}, state),
    random && h('p', {}, `Beside it an agent that began with random weights learns from the same responses: ${count(random.learned)} are learned, ${count(random.waiting)} wait. It is shown in Try it only.`),
    ...(charts.length > 0 ? charts : [notice('There is no curve before two snapshots.')]),
    table(
      'The newest snapshots',
      [
        {head: 'responses', cell: (point: LearningPoint) => count(point.responses)},
        {head: 'time', cell: (point) => new Date(point.time).toLocaleTimeString()},
        {head: 'reward', cell: (point) => (point.reward === null ? '–' : fixed(point.reward, 3))},
        {head: 'error', cell: (point) => (point.held_back_error === null ? '–' : fixed(point.held_back_error, 4))},
        {head: 'before', cell: (point) => (point.held_back_error_before === null ? '–' : fixed(point.held_back_error_before, 4))},
        {head: 'outcome', cell: (point) => point.outcome.replace('_', ' '), words: true},
      ],
      points.slice(-20).reverse(),
    ),
  ]);
}

function curveChart({title, lines}: Curve, points: LearningPoint[], width: number): Svg | undefined {
  const drawn = lines.map(({name, value, color, dash}): Line => ({
    name,
    style: {color, dash, width: 2, filled: true},
    band: false,
    points: points.flatMap((point) => {
      const y = value(point);
      return y === null ? [] : [{x: point.responses, y, low: null, high: null}];
    }),
  }));
  const known = drawn.filter((line) => line.points.length >= kFewest);
  if (known.length === 0) return undefined;
  return lineChart(known, {
    width,
    height: 220,
    xLabel: 'responses learned',
    yLabel: '',
    wholeX: true,
    yDomain: roundDomain([0, ...known.flatMap((line) => line.points.map(({y}) => y))]),
    ariaLabel: `${title}; values in the table below`,
    tip: (line, {x, y}) => `${line.name}\n${x} responses: ${fixed(y, 4)}`,
  });
}
