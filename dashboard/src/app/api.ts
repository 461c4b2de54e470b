// The HTTP API as docs/http_api.md has it: types of what is used here, and one function to ask.

import type {ReportJson} from '../report/schema';

export interface Explanation {
  q: number | null;
  predicted_reward: number | null;
  uncertainty: number | null;
  cosine: number;
  field_cosines: Record<string, number>;
  matched_skills: string[];
  missing_skills: string[];
}

export interface Recommendation {
  job_id: string;
  title: string;
  company: string;
  location: string;
  position: number;
  score: number;
  source: 'q' | 'cosine' | 'explore';
  explanation?: Explanation;
}

export interface Recommendations {
  request_id: string | null; // null: a page that is not kept
  candidate_id: string | null;
  model_version: string;
  eligible: number;
  degraded?: {since: string; age_seconds: number};
  recommendations: Recommendation[];
}

export interface Profile {
  id?: string;
  bio?: string;
  resume?: string;
  hard_skills?: string[];
  soft_skills?: string[];
}

export type FeedbackKind = 'apply' | 'save' | 'dismiss';

export interface Feedback {
  event_id: string;
  candidate_id: string;
  job_id: string;
  kind: FeedbackKind;
  request_id?: string;
}

export interface LearningPoint {
  time: string;
  responses: number;
  reward: number | null;
  explored: number | null;
  q_loss: number | null;
  model_loss: number | null;
  held_back_error: number | null;
  held_back_error_before: number | null;
  outcome: 'published' | 'rolled_back';
  version: string;
}

export interface Learning {
  enabled: boolean;
  state: string;
  why_off: string | null;
  model_version: string;
  exploration: number;
  responses: Record<string, number>;
  updates: Record<string, number>;
  snapshots: {published: number; rolled_back: number};
  random_start: {model_version: string; learned: number; held_back: number; waiting: number} | null;
  points: LearningPoint[];
  rollbacks: LearningPoint[];
}

export interface Health {
  status: string;
  model_version?: string;
  jobs?: number;
  candidates?: number;
  store_available?: boolean;
  spooled_responses?: number;
}

export interface Run {
  id: string;
  kind: string;
  created: string;
  where: 'store' | 'disk';
  verdicts: {protocol: string; winner: string}[];
  labels_by: string | null;
  audited: boolean;
}

export interface RunReport extends Run {
  report: ReportJson;
}

export interface ModelLabels {
  model: string;
  answers: number;
  with_probabilities: number;
  unusable: number;
  defects: Record<string, number>;
  prompt_tokens: number;
  completion_tokens: number;
  answers_without_usage: number;
  known_cost_usd: number;
  answers_of_unknown_cost: number;
}

export interface Labels {
  counted: string;
  models: ModelLabels[];
  endpoints: number;
  unreadable: number;
}

export interface JobMatch {
  id: string;
  title?: string;
  company?: string;
  location?: string;
  sector?: string;
  technical_skills: string[];
}

export interface JobMatches {
  total: number;
  offset: number;
  jobs: JobMatch[];
}

export type Job = Record<string, unknown> & {id: string; title?: string};

export interface Model {
  id: string;
  active: boolean;
  version: string | null;
  created: string | null;
  bytes: number | null;
}

// What the server, or the way to it, said went wrong, in a sentence for people.
export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: the server was not reached
    message: string,
  ) {
    super(message);
  }
}

const kKey = 'dynajob.key';

// For this browser tab only; never in an address.
export const key = {
  get: (): string => sessionStorage.getItem(kKey) ?? '',
  set: (value: string): void => sessionStorage.setItem(kKey, value),
};

export async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = {};
  if (key.get() !== '') headers['Authorization'] = `Bearer ${key.get()}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      cache: 'no-store',
      ...(body === undefined ? {} : {body: JSON.stringify(body)}),
    });
  } catch {
    throw new ApiError(0, 'The server cannot be reached. What you answered is kept here and sent again.');
  }
  const text = await response.text();
  if (response.ok) return (text === '' ? null : JSON.parse(text)) as T;
  throw new ApiError(response.status, problemText(response.status, text));
}

// RFC 9457 problem details as a sentence.
export function problemText(status: number, body: string): string {
  try {
    const problem = JSON.parse(body) as {title?: string; detail?: string; pointer?: string};
    const where = problem.pointer ? ` (${problem.pointer})` : '';
    if (problem.title !== undefined) return `${problem.title}: ${problem.detail ?? ''}${where}`;
  } catch {
    // Not a problem document: what a proxy between us and the server may send.
  }
  return `The server answered with status ${status}.`;
}

// Which agent ranks: the one that others are served, or the one that began with random weights.
export type Agent = 'served' | 'random-start';

export const recommend = (candidate: string, n: number, policy: Agent): Promise<Recommendations> =>
  ask('GET', `/v1/recommend/${encodeURIComponent(candidate)}?n=${n}&explain=true&policy=${policy}`);

// For a person whom the server does not know.
export const recommendProfile = (
  candidate: Profile,
  exclude: string[],
  n: number,
  policy: Agent,
): Promise<Recommendations> => ask('POST', '/v1/recommend', {candidate, exclude, n, explain: true, policy});

export const readRuns = async (): Promise<Run[]> => (await ask<{runs: Run[]}>('GET', '/v1/runs')).runs;

export const readRun = (id: string): Promise<RunReport> => ask('GET', `/v1/runs/${encodeURIComponent(id)}`);

export const searchJobs = (query: string, offset: number, n: number): Promise<JobMatches> =>
  ask('GET', `/v1/jobs?query=${encodeURIComponent(query)}&offset=${offset}&n=${n}`);

export const readLearning = (points: number): Promise<Learning> => ask('GET', `/v1/learning?points=${points}`);
