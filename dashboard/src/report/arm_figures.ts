// Figures with one row per arm or comparison: metrics, paired differences, the matrix of
// improvements, reward against cost.
import {type Dot, dotChart} from '../charts/dot_chart';
import {panelWidth, type Svg} from '../charts/common';
import type {FigureSpec} from '../charts/figure';
import {type Cell, matrixChart} from '../charts/matrix_chart';
import {scatterChart, type ScatterPoint} from '../charts/scatter_chart';
import {type ArmStyle, kFrozen} from '../lib/arm_style';
import {roundDomain} from '../lib/axis';
import {count, duration, fixed, percent, pValue, signed, withInterval} from '../lib/format';
import {type Column, table} from '../lib/table';
import {
  byReward,
  type Compared,
  correctedDifference,
  describe,
  differenceOf,
  keyComparisons,
  kHeadline,
  kMetrics,
  type MetricInfo,
  styles,
  verdictOf,
  verdictText,
} from './arms';
import {medianText} from './line_figures';
import {
  type ArmJson,
  type ComparisonJson,
  type Estimate,
  metricOf,
  type ProtocolJson,
  type TimingJson,
} from './schema';

// From this width on a verdict has room at the right of its row.
const kRoomForNotes = 720;

const kPanels = ['cumulative_reward', 'regret', 'jumpstart', 'asymptote'];
export function metricsFigure(protocol: ProtocolJson): FigureSpec {
  const arms = byReward(protocol.arms);
  const metrics = kMetrics.filter(({key}) => kPanels.includes(key));
  metrics.sort((a, b) => kPanels.indexOf(a.key) - kPanels.indexOf(b.key));
  return {
    id: `metrics-${protocol.name}`,
    title: `What each arm earns, ${protocol.name}`,
    caption:
      'Interquartile means with 95 % intervals, the arm with the most reward on top. Filled dots are Dyna-Q learners, hollow ones references; the dotted line is the cold start (baseline). Regret is better to the left, everything else to the right.',
    draw: (width) => [
      ...metrics.map((metric) => metricPanel(protocol, arms, metric, panelWidth(width))),
      thresholdPanel(protocol, arms, panelWidth(width)),
      metricPanel(protocol, arms, kMetrics.find(({key}) => key === 'apply_rate')!, panelWidth(width)),
    ],
    table: () => armTable(protocol),
  };
}

function metricPanel(
  protocol: ProtocolJson,
  arms: ArmJson[],
  metric: MetricInfo,
  width: number,
): Svg {
  const style = styles(protocol.arms);
  const baseline = arms.find(({name}) => name === 'baseline');
  const reference = baseline && metricOf(baseline, metric.key)?.value;
  const dots = arms.flatMap((arm): Dot[] => {
    const estimate = metricOf(arm, metric.key);
    if (estimate === undefined) return [];
    const tip = `${arm.name}\n${metric.name} ${withInterval(estimate, metric.digits)}`;
    return [{name: arm.name, style: style.get(arm.name)!, estimate, tip}];
  });
  return dotChart(dots, {
    width,
    title: metric.name + (metric.better === 'less' ? ' (less is better)' : ''),
    ariaLabel: `${metric.name} of each arm with intervals; values in the table below`,
    ...(reference === undefined ? {} : {reference}),
  });
}

function thresholdPanel(protocol: ProtocolJson, arms: ArmJson[], width: number): Svg {
  const style = styles(protocol.arms);
  const dots = arms.map((arm): Dot => {
    const threshold = arm.metrics.steps_to_threshold;
    const {median, median_low, median_high, reached} = threshold;
    const estimate: Estimate | null =
      median === null
        ? null
        : {
            value: median,
            low: median_low ?? null,
            // A bound that was never reached lies beyond the last step.
            high: median_low == null ? null : (median_high ?? protocol.steps),
          };
    return {
      name: arm.name,
      style: style.get(arm.name)!,
      estimate,
      tip: `${arm.name}\nmedian step ${medianText(threshold)}\n${percent(reached)} of people got there`,
    };
  });
  return dotChart(dots, {
    width,
    title: 'steps to 70 % of the oracle (less is better)',
    ariaLabel: 'Median steps to the threshold; values in the table below',
    beyond: 'not reached by half',
    domain: [0, protocol.steps],
  });
}

export function armTable(protocol: ProtocolJson): HTMLElement {
  return table(
    `Arms, ${protocol.name}: interquartile mean [95 % interval]`,
    [
      {head: 'arm', cell: (arm: ArmJson) => arm.name},
      {head: 'kind', cell: (arm) => arm.kind, words: true},
      ...kMetrics
        .filter(({key}) => protocol.arms.some((arm) => metricOf(arm, key) !== undefined))
        .map(({key, name, digits}) => ({
          head: name,
          cell: (arm: ArmJson) => describe(metricOf(arm, key), digits),
        })),
      {head: 'of oracle', cell: (arm) => percent(arm.metrics.asymptote_share_of_oracle)},
      {head: 'steps to threshold', cell: (arm) => medianText(arm.metrics.steps_to_threshold)},
      {head: 'reached', cell: (arm) => percent(arm.metrics.steps_to_threshold.reached)},
      {head: 'worse than cold', cell: (arm) => percent(arm.metrics.negative_transfer)},
    ],
    byReward(protocol.arms),
  );
}

const rowName = ({a, b}: ComparisonJson): string => `${a} − ${b}`;

// Rows of paired differences: the corrected interval thin, the plain one thick, the verdict beside it.
export function differenceDots<Row extends Compared>(
  rows: Row[],
  width: number,
  name: (row: Row) => string,
  style: (row: Row) => ArmStyle,
): Dot[] {
  return rows.map((row) => ({
    name: name(row),
    style: style(row),
    estimate: correctedDifference(row),
    inner: differenceOf(row),
    filled: verdictOf(row) !== 'cannot be told apart',
    ...(width < kRoomForNotes ? {} : {note: verdictText(row)}),
    tip: `${name(row)}: ${verdictText(row)}\n95 % ${withInterval(differenceOf(row), 2, signed)}\nHolm ${withInterval(correctedDifference(row), 2, signed)}`,
  }));
}

export function differencesFigure(protocol: ProtocolJson): FigureSpec {
  const style = styles(protocol.arms);
  const comparisons = keyComparisons(protocol);
  return {
    id: `differences-${protocol.name}`,
    title: `Paired differences in cumulative reward, ${protocol.name}`,
    caption:
      'The questions asked beforehand, on the same seeds and people. Thick: 95 % interval; thin: the interval after Holm’s correction for the number of questions, on which the verdict rests. A filled dot is a decided question; right of 0 the first arm is better.',
    draw: (width) => [
      dotChart(
        differenceDots(comparisons, width, rowName, ({a}) => style.get(a)!),
        {
          width,
          title: 'difference in cumulative reward',
          ariaLabel: 'Paired differences with intervals; values in the table below',
          reference: 0,
        },
      ),
    ],
    table: () => comparisonTable(comparisons),
  };
}

function comparisonTable(comparisons: ComparisonJson[]): HTMLElement {
  return differenceTable(comparisons, [{head: 'arms', cell: rowName}]);
}

export function differenceTable<Row extends Compared & Pick<ComparisonJson, 'probability_of_improvement'>>(
  rows: Row[],
  names: Column<Row>[],
): HTMLElement {
  return table(
    'Paired differences in cumulative reward',
    [
      ...names,
      {head: 'difference [95 %]', cell: (row) => withInterval(differenceOf(row), 2, signed)},
      {
        head: 'after Holm',
        cell: (row) => (row.holm ? withInterval(correctedDifference(row), 2, signed) : '–'),
      },
      {head: 'P(improvement)', cell: (row) => withInterval(row.probability_of_improvement, 2)},
      {head: 'p', cell: (row) => (row.p === undefined ? '–' : pValue(row.p))},
      {head: 'Holm p', cell: (row) => (row.holm ? pValue(row.holm.p) : '–')},
      {head: 'verdict', cell: verdictOf, words: true},
    ],
    rows,
  );
}

// P(row beats column) for every pair, whichever way round the file has it.
export function improvementCells(protocol: ProtocolJson): Cell[] {
  const cells: Cell[] = [];
  for (const comparison of protocol.comparisons) {
    if (comparison.metric !== kHeadline) continue;
    const {value, low, high} = comparison.probability_of_improvement;
    const outlined = comparison.holm !== undefined && verdictOf(comparison) !== 'cannot be told apart';
    const add = (row: string, column: string, p: Estimate): void => {
      const tip = `P(${row} beats ${column})\n${withInterval(p, 2)}${outlined ? '\ndecided after Holm' : ''}`;
      cells.push({row, column, value: p.value, outlined, tip});
    };
    add(comparison.a, comparison.b, {value, low, high});
    add(comparison.b, comparison.a, {
      value: 1 - value,
      low: high === null ? null : 1 - high,
      high: low === null ? null : 1 - low,
    });
  }
  return cells;
}

export function improvementFigure(protocol: ProtocolJson): FigureSpec {
  const names = byReward(protocol.arms).map(({name}) => name);
  const cells = improvementCells(protocol);
  return {
    id: `improvement-${protocol.name}`,
    title: `Probability of improvement, ${protocol.name}`,
    caption:
      'How often the arm of the row earned more than the arm of the column with the same person and seed; 0.50 is chance. Outlined: a question asked beforehand that is decided after Holm’s correction.',
    draw: (width) => [
      matrixChart(cells, {
        rows: names,
        columns: names,
        cell: Math.max(34, Math.min(58, Math.floor((width - 150) / names.length))),
        rowLabel: 'this arm',
        columnLabel: 'beats this one',
        ariaLabel: 'Probability of improvement for each pair; values in the table below',
      }),
    ],
    table: () =>
      table(
        'P(row beats column) in cumulative reward',
        [
          {head: 'arm', cell: (row: string) => row},
          ...names.map((column) => ({
            head: column,
            cell: (row: string) => {
              const cell = cells.find((other) => other.row === row && other.column === column);
              return cell === undefined ? '–' : fixed(cell.value, 2);
            },
          })),
        ],
        names,
      ),
  };
}

interface CostRow {
  arm: ArmJson;
  reward: Estimate | undefined;
  training: number | undefined; // seconds of all seeds
  online: number | undefined;
}

export function costRows(protocol: ProtocolJson, timing: TimingJson | null): CostRow[] {
  return byReward(protocol.arms).map((arm) => {
    const time = timing?.arms?.find(
      (other) => other.protocol === protocol.name && other.name === arm.name,
    );
    return {
      arm,
      reward: metricOf(arm, kHeadline),
      training: time?.training_s,
      online: time?.online_s,
    };
  });
}

export function costFigure(
  protocol: ProtocolJson,
  seeds: number,
  timing: TimingJson | null,
): FigureSpec {
  const rows = costRows(protocol, timing);
  return {
    id: `cost-${protocol.name}`,
    title: `Reward against cost, ${protocol.name}`,
    caption:
      'Cumulative reward with its 95 % interval against what an arm costs per seed: labels of the simulated user (learners only), environment steps, and seconds of one core for training and serving, on a logarithmic axis. Higher and further to the left is better. Frozen twins cost what their arms cost and are in the table only.',
    draw: (width) => costPanels(protocol, rows, seeds, width),
    table: () =>
      table(
        'Cost, all seeds together, pre-training included',
        [
          {head: 'arm', cell: (row: CostRow) => row.arm.name},
          {head: 'cumulative reward', cell: (row) => describe(row.reward, 2)},
          {head: 'LLM labels', cell: (row) => count(row.arm.cost.llm_calls)},
          ...(protocol.arms.some((arm) => arm.cost.predicted_rewards)
            ? [
                {
                  head: 'rewards from the world model',
                  cell: (row: CostRow) => count(row.arm.cost.predicted_rewards ?? 0),
                },
              ]
            : []),
          {head: 'environment steps', cell: (row) => count(row.arm.cost.env_steps)},
          {head: 'updates', cell: (row) => count(row.arm.cost.updates)},
          {head: 'training', cell: (row) => (row.training === undefined ? '–' : duration(row.training))},
          {head: 'serving', cell: (row) => (row.online === undefined ? '–' : duration(row.online))},
        ],
        rows,
      ),
  };
}

function costPanels(protocol: ProtocolJson, rows: CostRow[], seeds: number, width: number): Svg[] {
  const style = styles(protocol.arms);
  const points = (x: (row: CostRow) => number | undefined, tip: (x: number) => string): ScatterPoint[] =>
    rows.flatMap((row) => {
      const value = x(row);
      if (row.arm.name.endsWith(kFrozen)) return [];
      if (value === undefined || row.reward === undefined) return [];
      const text = `${row.arm.name}\nreward ${withInterval(row.reward, 2)}\n${tip(value)}`;
      return [{name: row.arm.name, style: style.get(row.arm.name)!, x: value, y: row.reward, tip: text}];
    });
  const shared = {
    width: panelWidth(width),
    height: 340,
    yLabel: 'cumulative reward',
    yDomain: roundDomain(
      rows.flatMap(({reward}) => (reward ? [reward.low ?? reward.value, reward.value, reward.high ?? reward.value] : [])),
    ),
  };
  const labels = points(
    // A reference that asks for the label of every job would leave no room for the others.
    ({arm}) => (arm.kind === 'learner' ? arm.cost.llm_calls / seeds : undefined),
    (x) => `${count(x)} labels per seed`,
  );
  const steps = points(
    ({arm}) => arm.cost.env_steps / seeds,
    (x) => `${count(x)} environment steps per seed`,
  );
  const seconds = points(
    ({training, online}) =>
      training === undefined || online === undefined || training + online <= 0
        ? undefined
        : (training + online) / seeds,
    (x) => `${duration(x)} per seed`,
  );
  const panels: Svg[] = [];
  if (labels.some(({x}) => x > 0)) {
    panels.push(
      scatterChart(labels, {
        ...shared,
        xLabel: 'labels of the simulated user per seed',
        ariaLabel: 'Cumulative reward against labels; values in the table below',
        xFormat: count,
      }),
    );
  }
  if (steps.some(({x}) => x > 0)) {
    panels.push(
      scatterChart(steps, {
        ...shared,
        xLabel: 'environment steps per seed, pre-training included',
        ariaLabel: 'Cumulative reward against environment steps; values in the table below',
        xFormat: count,
      }),
    );
  }
  if (seconds.length > 0) {
    panels.push(
      scatterChart(seconds, {
        ...shared,
        xLabel: 'training and serving per seed',
        ariaLabel: 'Cumulative reward against seconds; values in the table below',
        xLog: true,
        xFormat: duration,
      }),
    );
  }
  return panels;
}
