// What report.html is made from: the JSON that dynajob puts into the page ("dynajob.report/1",
// modules/evaluation/include/dynajob/evaluation/report_html.h) and the files of a run within it.

const kSchema = 'dynajob.report/1';

// An end that is not known (one seed, one person) is null.
export interface Interval {
  low: number | null;
  high: number | null;
}

export interface Estimate extends Interval {
  value: number;
}

export interface IqmJson extends Interval {
  iqm: number;
}

export interface ThresholdJson {
  median: number | null;
  median_low?: number | null;
  median_high?: number | null;
  reached: number;
  survival?: {step: number[]; share: number[]};
}

export interface ArmJson {
  name: string;
  kind: string;
  metrics: {
    [metric: string]: unknown;
    steps_to_threshold: ThresholdJson;
    asymptote_share_of_oracle?: number | null;
    negative_transfer?: number;
    negative_transfer_interval?: Interval;
    optimality_gap?: Estimate;
  };
  curve: {step: number[]; iqm: number[]; low: number[]; high: number[]};
  profile?: {score: number[]; share: number[]; low: number[]; high: number[]};
  cost: {
    llm_calls: number;
    env_steps: number;
    updates: number;
    predicted_rewards?: number;
    unanswered?: number;
  };
}

export interface ComparisonJson {
  a: string;
  b: string;
  metric: string;
  difference: IqmJson;
  p?: number;
  probability_of_improvement: Estimate;
  holm?: Interval & {p: number};
}

export interface ProtocolJson {
  name: string;
  steps: number;
  candidates: number;
  arms: ArmJson[];
  comparisons: ComparisonJson[];
}

export interface ResultsJson {
  schema: 'dynajob.results/1';
  seeds: number[];
  llm: {kind: string; [fact: string]: string};
  judge?: {
    kind: string;
    response_shares: Record<string, number>;
    rank_correlation: Record<string, number>;
  };
  candidate_sets?: {source: string; search: string};
  protocols: ProtocolJson[];
}

export interface TimingJson {
  train_and_evaluate_s?: number;
  summarise_s?: number;
  sweep_s?: number;
  workers: number;
  processors: number;
  version: string;
  arms?: {protocol: string; name: string; training_s: number; online_s: number}[];
}

export interface LabelAuditJson {
  schema: 'dynajob.label_audit/1';
  pairs: number;
  candidates: number;
  labelled: number;
  confidence: number;
  responses: string[];
  confusion: number[][];
  agreement: number;
  calibration: {
    low: number;
    high: number;
    pairs: number;
    expected: number | null;
    observed: number | null;
  }[];
  calibration_error: number;
  rank_correlation: Estimate;
  reference_correlation: Estimate | null;
  positivity_bias: Estimate;
  refusal_rate: Estimate;
  corruption: Estimate | null;
  harmful_corruption: number;
  advice: string;
  advice_text: string[];
}

// llm.json: what an endpoint was asked and answered, and what it cost.
export interface LlmJson {
  kind: string;
  base_url: string;
  model: string;
  prompt: string;
  labels: {
    labelled: number;
    unlabelled: number;
    sources: Record<string, number>;
    defects: Record<string, number>;
    fingerprints: Record<string, number>;
  };
  calls: {paid: number; cached: number; failed: number};
  tokens: {prompt: number; completion: number; calls_without_usage: number};
  cost_usd: number | null;
  known_cost_usd: number;
  calls_of_unknown_cost: number;
  disagreement: {liked_against_cosine: number};
}

// What may be said about one protocol, written by dynajob from the intervals only.
export interface VerdictJson {
  protocol: string;
  winner: string;
  details: string;
}

// sweep.json: one experiment at several settings. `run_by`: the cell whose run of the arm this is.
export interface SweepArmJson extends Omit<ArmJson, 'curve' | 'profile'> {
  run_by: number;
}

export interface SweepProtocolJson {
  name: string;
  steps: number;
  candidates: number;
  arms: SweepArmJson[];
  comparisons: ComparisonJson[];
}

export interface SweepCellJson {
  label: string;
  overrides: Record<string, string>; // key, value as TOML
  protocols: SweepProtocolJson[];
}

export interface ContrastJson extends Omit<ComparisonJson, 'a' | 'b'> {
  protocol: string;
  arm: string;
  a: number; // cells
  b: number;
}

export interface SweepJson {
  schema: 'dynajob.sweep/1';
  name: string | null;
  question: string | null;
  seeds: number[];
  llm: {kind: string; [fact: string]: string};
  keys: string[];
  cells: SweepCellJson[];
  contrasts: ContrastJson[];
}

// Of a comparison `results` is there, of a sweep `sweep`.
export interface ReportJson {
  schema: typeof kSchema;
  version: string;
  results: ResultsJson | null;
  sweep: SweepJson | null;
  verdicts: VerdictJson[];
  note: string;
  config: string;
  study: string; // of a sweep, its cells; else empty
  timing: TimingJson | null;
  llm: LlmJson | null; // null where the surrogate labelled
  label_audit: LabelAuditJson | null;
}

// The report in the page's data element. Throws with a sentence for the reader.
export function parseReport(text: string): ReportJson {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed === 'string')  // the placeholder of report.html
    throw new Error('This page is a template; dynajob report RUN fills it with a run.');
  const schema = (parsed as {schema?: unknown} | null)?.schema;
  if (schema !== kSchema)
    throw new Error(`The data of this page has the schema ${JSON.stringify(schema)}, not ${kSchema}.`);
  return parsed as ReportJson;
}

// A metric that has an interquartile mean with an interval; undefined where the file lacks it.
export function metricOf(arm: Pick<ArmJson, 'metrics'>, metric: string): Estimate | undefined {
  const found = arm.metrics[metric] as Partial<IqmJson & Estimate> | undefined;
  const value = found?.iqm ?? found?.value;
  if (found === undefined || typeof value !== 'number') return undefined;
  return {value, low: found.low ?? null, high: found.high ?? null};
}
