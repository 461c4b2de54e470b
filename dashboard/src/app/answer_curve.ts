// What the answers so far say of one agent, or of two that were shown beside each other.
import {kNarrow} from '../charts/common';
import {type Line, lineChart} from '../charts/line_chart';
import {h} from '../lib/dom';
import {percent} from '../lib/format';
import {table} from '../lib/table';
import type {Agent} from './api';
import {type Answer, likedShare, type SharePoint} from './session';

interface AgentLine {
  agent: Agent | undefined; // undefined: all answers
  name: string;
  color: string;
  dash: string;
}

const kAlone: AgentLine[] = [{agent: undefined, name: '', color: 'var(--arm-green)', dash: ''}];
const kBeside: AgentLine[] = [
  {agent: 'served', name: 'this model', color: 'var(--arm-green)', dash: ''},
  {agent: 'random-start', name: 'random start', color: 'var(--arm-orange)', dash: '5 2'},
];

interface Curve extends AgentLine {
  points: SharePoint[];
}

// Two curves where two lists were shown and each had a job that was answered.
export function curvesOf(answers: Answer[]): Curve[] {
  const compared = answers.some(({lists}) => lists !== undefined);
  return (compared ? kBeside : kAlone).map((line) => ({
    ...line,
    points: likedShare(answers, ({lists}) => line.agent === undefined || lists?.includes(line.agent) === true),
  }));
}

const last = ({points}: Curve): SharePoint | undefined => points[points.length - 1];

export function answerCurve(answers: Answer[], width: number): HTMLElement[] {
  const curves = curvesOf(answers);
  const drawn = curves.filter(({points}) => points.length > 0);
  if (answers.length < 2 || drawn.length === 0) return [];
  const named = (curve: Curve): string => `${curve.name} ${percent(last(curve)?.share)}`.trim();
  const lines = drawn.map(
    (curve): Line => ({
      name: named(curve),
      style: {color: curve.color, dash: curve.dash, width: 2, filled: true},
      band: false,
      points: curve.points.map(({answer, share}) => ({x: answer, y: share, low: null, high: null})),
    }),
  );
  const chart = lineChart(lines, {
    width: Math.min(width, kNarrow - 1),
    height: 200,
    xLabel: 'answer',
    yLabel: 'applied or saved, of all so far',
    yDomain: [0, 1],
    xDomain: [1, answers.length],
    wholeX: true,
    percentY: true,
    ariaLabel: `Share of answers that were Apply or Save: ${drawn.map((curve) => `${named(curve)} of ${curve.points.length}`).join('; ')}`,
    tip: (_, {x, y}) => `after ${x} answers: ${percent(y)}`,
  });
  return [h('div', {class: 'chart'}, chart), ...(curves.length > 1 ? comparison(curves, answers) : [])];
}

function comparison(curves: Curve[], answers: Answer[]): HTMLElement[] {
  return [
    table(
      'Of the jobs that you answered',
      [
        {head: 'agent', cell: ({name}: Curve) => name},
        {head: 'in its ten', cell: ({points}) => `${points.length} of ${answers.length}`},
        {head: 'liked', cell: (curve) => percent(last(curve)?.share)},
      ],
      curves,
    ),
    h(
      'details',
      {},
      h('summary', {}, 'What is measured'),
      h(
        'p',
        {class: 'note'},
        'Liked is applied to or saved. Both agents learn from every answer. Each line counts the answers to jobs that this agent had among its ten when you answered, wherever you gave them; a job in both lists counts for both. You choose what to answer and see whose list it is, so this is a look at two agents and no experiment: that is what ',
        h('code', {}, 'dynajob compare'),
        ' is for.',
      ),
    ),
  ];
}
