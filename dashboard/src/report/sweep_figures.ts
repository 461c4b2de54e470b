// Figures of a sweep: dose-response curves, or one row per cell where the cells are no doses; differences
// between arms within cells, and between cells.
import {panelWidth, type Svg} from '../charts/common';
import {type Dot, dotChart} from '../charts/dot_chart';
import type {FigureSpec} from '../charts/figure';
import {type Line, lineChart} from '../charts/line_chart';
import type {ArmStyle} from '../lib/arm_style';
import {roundDomain} from '../lib/axis';
import {signed, withInterval} from '../lib/format';
import {table} from '../lib/table';
import {differenceDots, differenceTable} from './arm_figures';
import {
  type Compared,
  correctedDifference,
  describe,
  differenceOf,
  kHeadline,
  styles,
  type Verdict,
  verdictOf,
} from './arms';
import {type DosePanel, dosePlaces, type DoseStudy} from './dose';
import {type ComparisonJson, type ContrastJson, metricOf, type SweepJson, type SweepProtocolJson} from './schema';

export function protocolOf(sweep: SweepJson, cell: number, protocol: string): SweepProtocolJson {
  const found = sweep.cells[cell]!.protocols.find(({name}) => name === protocol);
  if (found === undefined) throw new Error(`cell ${cell} lacks the protocol ${protocol}`);
  return found;
}

function shortKey(key: string): string {
  return key.replaceAll('_', ' ').replace(/^.*\./, '');
}

interface DoseChart {
  title: string;
  lines: (place: (dose: number) => number) => Line[];
}

// Charts over the doses, on the same scales.
function doseCharts(study: DoseStudy, width: number, yLabel: string, charts: DoseChart[]): Svg[] {
  const doses = [...new Set(study.panels.flatMap(({cells}) => cells.map(({dose}) => dose)))];
  const {place, logarithmic} = dosePlaces(doses);
  const drawn = charts.map(({title, lines}) => ({title, lines: lines(place)}));
  const yDomain = roundDomain(
    drawn.flatMap(({lines}) =>
      lines.flatMap(({points}) => points.flatMap(({y, low, high}) => [low ?? y, y, high ?? y])),
    ),
  );
  const byPlace = new Map(doses.map((dose) => [place(dose), dose]));
  const places = [...byPlace.keys()];
  const many = charts.length > 1;
  return drawn.map(({title, lines}) =>
    lineChart(lines, {
      width: many ? panelWidth(width) : width,
      ...(many ? {height: 280} : {}),
      xLabel: shortKey(study.key) + (logarithmic ? ' (logarithmic)' : ''),
      yLabel,
      xDomain: [Math.min(...places), Math.max(...places)],
      yDomain,
      bars: true,
      ...(title === '' ? {} : {title}),
      xTicks: doses.map((dose) => ({at: place(dose), text: String(dose)})),
      ariaLabel: `${yLabel} by ${shortKey(study.key)} ${title}; values in the table below`,
      tip: (line, {x, y, low, high}) =>
        `${line.name}\n${shortKey(study.key)} ${byPlace.get(x)!}: ${withInterval({value: y, low, high}, 2)}`,
    }),
  );
}

export function doseFigure(sweep: SweepJson, study: DoseStudy, protocol: string): FigureSpec {
  const arms = protocolOf(sweep, 0, protocol).arms;
  const style = styles(arms);
  const lineOf = (name: string, cells: DosePanel['cells'], place: (dose: number) => number): Line => ({
    name,
    style: style.get(name)!,
    band: true,
    points: cells.map(({index, dose}) => {
      const arm = protocolOf(sweep, index, protocol).arms.find((other) => other.name === name)!;
      const {value, low, high} = metricOf(arm, kHeadline)!;
      return {x: place(dose), y: value, low, high};
    }),
  });
  return {
    id: `dose-${protocol}`,
    title: `Cumulative reward by ${shortKey(study.key)}, ${protocol}`,
    caption:
      'Interquartile means with 95 % intervals over seeds. Arms that the setting does not touch are the same run at every dose.',
    draw: (width) =>
      doseCharts(
        study,
        width,
        'cumulative reward',
        study.panels.map(({title, cells}) => ({
          title,
          lines: (place) => arms.map(({name}) => lineOf(name, cells, place)),
        })),
      ),
    table: () => cellTable(sweep, protocol),
  };
}

// The pairs of arms that are compared in every cell as one family.
export function askedPairs(sweep: SweepJson, protocol: string): [string, string][] {
  const pairs = new Map<string, [string, string]>();
  sweep.cells.forEach((_, cell) => {
    for (const {a, b, metric, holm} of protocolOf(sweep, cell, protocol).comparisons)
      if (metric === kHeadline && holm !== undefined) pairs.set(`${a} ${b}`, [a, b]);
  });
  return [...pairs.values()];
}

// The comparison of a pair in a cell; where both arms are another cell's run, that cell's.
function comparisonIn(sweep: SweepJson, cell: number, protocol: string, [a, b]: [string, string]): ComparisonJson | undefined {
  const {comparisons, arms} = protocolOf(sweep, cell, protocol);
  const own = comparisons.find((other) => other.metric === kHeadline && other.a === a && other.b === b);
  if (own?.holm !== undefined) return own;
  const runners = new Set(arms.filter(({name}) => name === a || name === b).map(({run_by}) => run_by));
  const [origin] = runners;
  if (runners.size !== 1 || origin === undefined || origin === cell) return own;
  return comparisonIn(sweep, origin, protocol, [a, b]);
}

// Looks for the settings that are drawn as lines of one chart.
const kSettingStyles: ArmStyle[] = [
  {color: 'var(--arm-ink)', dash: '', width: 2, filled: true},
  {color: 'var(--arm-orange)', dash: '5 2', width: 2, filled: true},
  {color: 'var(--arm-blue)', dash: '10 3 2 3', width: 2, filled: true},
  {color: 'var(--arm-purple)', dash: '2 3', width: 2, filled: true},
];

export function doseDifferenceFigure(sweep: SweepJson, study: DoseStudy, protocol: string): FigureSpec {
  const lineOf = (pair: [string, string], panel: DosePanel, i: number, place: (dose: number) => number): Line => ({
    name: panel.title === '' ? 'difference' : panel.title.replace(/^\S+ (?=[^,]*$)/, ''),
    style: kSettingStyles[i % kSettingStyles.length]!,
    band: true,
    points: panel.cells.flatMap(({index, dose}) => {
      const comparison = comparisonIn(sweep, index, protocol, pair);
      if (comparison === undefined) return [];
      const {value, low, high} = correctedDifference(comparison);
      return [{x: place(dose), y: value, low, high}];
    }),
  });
  return {
    id: `dose-differences-${protocol}`,
    title: `Paired differences in cumulative reward by ${shortKey(study.key)}, ${protocol}`,
    caption:
      'The pairs asked for beforehand, on the same seeds and people, with their interval after Holm’s correction over all pairs and cells. A bar that lies above 0 is a decided question in favour of the first arm, one below 0 in favour of the second.',
    draw: (width) =>
      doseCharts(
        study,
        width,
        'difference in cumulative reward',
        askedPairs(sweep, protocol).map((pair) => ({
          title: pair.join(' − '),
          lines: (place) => study.panels.map((panel, i) => lineOf(pair, panel, i, place)),
        })),
      ),
    table: () => withinTable(sweep, protocol),
  };
}

interface Within extends ComparisonJson {
  label: string;
}

function withinRows(sweep: SweepJson, protocol: string): Within[] {
  const pairs = askedPairs(sweep, protocol);
  return sweep.cells.flatMap(({label}, cell) =>
    pairs.flatMap((pair) => {
      const comparison = comparisonIn(sweep, cell, protocol, pair);
      return comparison === undefined ? [] : [{...comparison, label}];
    }),
  );
}

function withinTable(sweep: SweepJson, protocol: string): HTMLElement {
  return differenceTable(withinRows(sweep, protocol), [
    {head: 'cell', cell: ({label}: Within) => label},
    {head: 'arms', cell: ({a, b}) => `${a} − ${b}`, words: true},
  ]);
}

export function withinFigure(sweep: SweepJson, protocol: string): FigureSpec {
  const rows = withinRows(sweep, protocol);
  const style = styles(protocolOf(sweep, 0, protocol).arms);
  return {
    id: `within-${protocol}`,
    title: `Paired differences within cells, ${protocol}`,
    caption:
      'Thick: 95 % interval; thin: after Holm’s correction over all pairs and cells, on which the verdict rests. A filled dot is a decided question.',
    draw: (width) => [
      dotChart(
        differenceDots(rows, width, ({label, a, b}) => `${label}: ${a} − ${b}`, ({a}) => style.get(a)!),
        {
          width,
          title: 'difference in cumulative reward',
          ariaLabel: 'Paired differences within cells; values in the table below',
          reference: 0,
        },
      ),
    ],
    table: () => withinTable(sweep, protocol),
  };
}

// One panel per arm, one row per cell.
export function cellsFigure(sweep: SweepJson, protocol: string): FigureSpec {
  const arms = protocolOf(sweep, 0, protocol).arms;
  const style = styles(arms);
  const value = (cell: number, name: string): Dot => {
    const {label} = sweep.cells[cell]!;
    const arm = protocolOf(sweep, cell, protocol).arms.find((other) => other.name === name)!;
    const estimate = metricOf(arm, kHeadline)!;
    return {name: label, style: style.get(name)!, estimate, filled: arm.run_by === cell, tip: `${name}, ${label}\n${withInterval(estimate, 2)}`};
  };
  const panels = arms.map(({name}) => ({name, dots: sweep.cells.map((_, cell) => value(cell, name))}));
  const domain = roundDomain(
    panels.flatMap(({dots}) => dots.flatMap(({estimate}) => [estimate!.low ?? estimate!.value, estimate!.high ?? estimate!.value])),
    4,
  );
  return {
    id: `cells-${protocol}`,
    title: `Cumulative reward by cell, ${protocol}`,
    caption:
      'Interquartile means with 95 % intervals over seeds. A hollow dot is the run of an earlier cell, whose settings for this arm are the same.',
    draw: (width) =>
      panels.map(({name, dots}) =>
        dotChart(dots, {
          width: panelWidth(width),
          title: name,
          domain,
          reference: dots[0]!.estimate!.value,
          ariaLabel: `Cumulative reward of ${name} by cell; values in the table below`,
        }),
      ),
    table: () => cellTable(sweep, protocol),
  };
}

function cellTable(sweep: SweepJson, protocol: string): HTMLElement {
  return table(
    `Cumulative reward by cell, ${protocol} [95 % interval]`,
    [
      {head: 'cell', cell: (cell: number) => sweep.cells[cell]!.label},
      ...protocolOf(sweep, 0, protocol).arms.map(({name}) => ({
        head: name,
        cell: (cell: number) => {
          const arm = protocolOf(sweep, cell, protocol).arms.find((other) => other.name === name);
          return describe(arm && metricOf(arm, kHeadline), 2);
        },
      })),
    ],
    sweep.cells.map((_, cell) => cell),
  );
}

export function contrastRows(sweep: SweepJson, protocol: string): ContrastJson[] {
  return sweep.contrasts.filter((row) => row.protocol === protocol && row.metric === kHeadline);
}

// "corruption=0.2 − corruption=0 (mode=flipped)": what two cells share is said once.
export function contrastName(a: string, b: string): string {
  const settings = (label: string): string[] => label.split(' ');
  const plain = [...settings(a), ...settings(b)].every((setting) => setting.includes('='));
  const shared = settings(a).filter((setting) => settings(b).includes(setting));
  const own = (label: string): string =>
    settings(label).filter((setting) => !shared.includes(setting)).join(' ');
  if (!plain || shared.length === 0 || own(a) === '' || own(b) === '') return `${a} − ${b}`;
  return `${own(a)} − ${own(b)} (${shared.join(' ')})`;
}

export function contrastFigure(sweep: SweepJson, protocol: string): FigureSpec {
  const rows = contrastRows(sweep, protocol);
  const style = styles(protocolOf(sweep, 0, protocol).arms);
  const cells = ({a, b}: ContrastJson): string =>
    contrastName(sweep.cells[a]!.label, sweep.cells[b]!.label);
  return {
    id: `contrasts-${protocol}`,
    title: `The same arm in two cells, ${protocol}`,
    caption:
      'What a setting does to an arm, on the same seeds and people. Thick: 95 % interval; thin: after Holm’s correction over all contrasts, on which the verdict rests. A filled dot is a decided question.',
    draw: (width) => [
      dotChart(
        differenceDots(rows, width, (row) => `${row.arm}: ${cells(row)}`, ({arm}) => style.get(arm)!),
        {
          width,
          title: 'difference in cumulative reward',
          ariaLabel: 'Differences between cells; values in the table below',
          reference: 0,
        },
      ),
    ],
    table: () =>
      differenceTable(rows, [
        {head: 'arm', cell: ({arm}: ContrastJson) => arm},
        {head: 'cells', cell: cells, words: true},
      ]),
  };
}

// What is decided, pair by pair: "llm beats baseline at corruption=0.1; loses to it at corruption=0.6; they
// cannot be told apart at corruption=0.4", and in one sentence the pairs of which nothing is decided. From the
// corrected intervals only.
export function sweepVerdicts(sweep: SweepJson, protocol: string): {decided: string[]; undecided: string} {
  const decided: string[] = [];
  const tied: string[] = [];
  for (const pair of askedPairs(sweep, protocol)) {
    const at: Record<Verdict, string[]> = {better: [], worse: [], 'cannot be told apart': []};
    sweep.cells.forEach(({label}, cell) => {
      const comparison: Compared | undefined = comparisonIn(sweep, cell, protocol, pair);
      if (comparison !== undefined) at[verdictOf(comparison)].push(label);
    });
    const [a, b] = pair;
    const parts: string[] = [];
    if (at.better.length > 0) parts.push(`${a} beats ${b} at ${at.better.join(', ')}`);
    if (at.worse.length > 0) parts.push(`${a} loses to ${b} at ${at.worse.join(', ')}`);
    if (parts.length === 0) {
      tied.push(`${a} and ${b}`);
      continue;
    }
    const apart = at['cannot be told apart'];
    if (apart.length > 0) parts.push(`they cannot be told apart at ${apart.join(', ')}`);
    decided.push(`${protocol}: ${parts.join('; ')}.`);
  }
  const undecided = tied.length === 0 ? '' : `${protocol}: in no cell can be told apart ${tied.join(', ')}.`;
  return {decided, undecided};
}

export function contrastVerdicts(sweep: SweepJson, protocol: string): string[] {
  return contrastRows(sweep, protocol)
    .filter((row) => row.holm !== undefined && verdictOf(row) !== 'cannot be told apart')
    .map((row) => {
      const label = (cell: number): string => sweep.cells[cell]!.label;
      const difference = withInterval(differenceOf(row), 2, signed);
      return `${protocol}, ${row.arm}: ${label(row.a)} is ${verdictOf(row)} than ${label(row.b)}, by ${difference}.`;
    });
}
