// Orders, names and words of arms and metrics that several figures share.
import {armStyle, type ArmStyle, kFrozen} from '../lib/arm_style';
import {pValue, withInterval} from '../lib/format';
import {type ArmJson, type ComparisonJson, type Estimate, metricOf, type ProtocolJson} from './schema';

export const kHeadline = 'cumulative_reward';

export interface MetricInfo {
  key: string;
  name: string;
  digits: number;
  better: 'more' | 'less';
  percent?: boolean;
}

export const kMetrics: MetricInfo[] = [
  {key: 'cumulative_reward', name: 'cumulative reward', digits: 2, better: 'more'},
  {key: 'jumpstart', name: 'jumpstart', digits: 3, better: 'more'},
  {key: 'asymptote', name: 'asymptote', digits: 3, better: 'more'},
  {key: 'regret', name: 'regret', digits: 2, better: 'less'},
  {key: 'apply_rate', name: 'apply rate', digits: 3, better: 'more'},
  {key: 'optimality_gap', name: 'optimality gap', digits: 3, better: 'less'},
  {key: 'normalized_score', name: 'normalized score', digits: 3, better: 'more'},
  {key: 'ndcg@10', name: 'NDCG@10', digits: 3, better: 'more'},
  {key: 'mrr', name: 'MRR', digits: 3, better: 'more'},
  {key: 'hit@10', name: 'hit@10', digits: 3, better: 'more'},
];

export function styles(arms: {name: string; kind: string}[]): Map<string, ArmStyle> {
  return new Map(arms.map((arm, i) => [arm.name, armStyle(arm.name, arm.kind, i)]));
}

// The best in cumulative reward first, so that every figure reads from the top.
export function byReward(arms: ArmJson[]): ArmJson[] {
  const reward = (arm: ArmJson): number => metricOf(arm, kHeadline)?.value ?? -Infinity;
  return [...arms].sort((a, b) => reward(b) - reward(a));
}

export type Verdict = 'better' | 'worse' | 'cannot be told apart';

// As dynajob says it on the terminal: from the corrected interval where there is one.
export function verdictOf(comparison: Pick<ComparisonJson, 'difference' | 'holm'>): Verdict {
  const {low, high} = comparison.holm ?? comparison.difference;
  if (low !== null && low > 0) return 'better';
  if (high !== null && high < 0) return 'worse';
  return 'cannot be told apart';
}

// The questions asked beforehand, which are corrected as one family; in files without a correction
// every comparison of the headline metric.
export function keyComparisons(protocol: ProtocolJson): ComparisonJson[] {
  const headline = protocol.comparisons.filter(({metric}) => metric === kHeadline);
  const family = headline.filter(({holm}) => holm !== undefined);
  const asked = family.length > 0 ? family : headline;
  return [...asked].sort((x, y) => questionOf(x) - questionOf(y));
}

// Against the cold start first, then what learning adds, then among arms.
function questionOf({a, b}: ComparisonJson): number {
  if (b === 'baseline') return 0;
  return b === `${a}${kFrozen}` ? 1 : 2;
}

export function describe(estimate: Estimate | undefined, digits: number): string {
  return estimate === undefined ? '–' : withInterval(estimate, digits);
}

export type Compared = Pick<ComparisonJson, 'difference' | 'holm' | 'p'>;

export function differenceOf({difference: {iqm, low, high}}: Compared): Estimate {
  return {value: iqm, low, high};
}

// With the interval after Holm's correction, where there is one.
export function correctedDifference(comparison: Compared): Estimate {
  const {holm} = comparison;
  return {...differenceOf(comparison), ...(holm ? {low: holm.low, high: holm.high} : {})};
}

export function verdictText(comparison: Compared): string {
  const p = comparison.holm?.p ?? comparison.p;
  return verdictOf(comparison) + (p === undefined ? '' : `, p ${p < 0.001 ? '' : '= '}${pValue(p)}`);
}

// Reward by step is for one person, or along a stream of people.
export function isStream(protocol: ProtocolJson): boolean {
  return protocol.name === 'new-system';
}

const kStatic = /^(random|oracle|.*-rank|.*-frozen)$/;

// Whether an arm changes while it serves, so that its curve is of interest by itself.
export function learns({name}: {name: string}): boolean {
  return !kStatic.test(name);
}
