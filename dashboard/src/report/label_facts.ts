// Who labelled, what it answered and what it cost, in rows of words.
import {count, fixed} from '../lib/format';
import type {LlmJson} from './schema';

export type Fact = [name: string, value: string];

const kRewardsFrom: Record<string, string> = {
  logprobs: 'probabilities',
  samples: 'the mean of several answers',
};

function counts(of: Record<string, number>): string {
  const parts = Object.entries(of).map(([name, n]) => `${count(n)} ${name || '(not reported)'}`);
  return parts.join(', ') || 'none';
}

function cost(llm: LlmJson): string {
  if (llm.cost_usd !== null) return `${fixed(llm.cost_usd, 4)} USD`;
  if (llm.known_cost_usd === 0) return 'unknown';
  return `unknown; ${fixed(llm.known_cost_usd, 4)} USD without the ${count(llm.calls_of_unknown_cost)} calls whose cost nobody states`;
}

export function labelFacts(llm: LlmJson): Fact[] {
  const {labels, calls, tokens} = llm;
  const sources = Object.entries(labels.sources)
    .filter(([, n]) => n > 0)
    .map(([source]) => kRewardsFrom[source] ?? 'single answers');
  const silent = tokens.calls_without_usage;
  return [
    ['model', llm.model],
    ['endpoint', llm.base_url],
    ['labels came from', llm.kind === 'replay' ? 'a replay of the store’s label cache' : 'the endpoint'],
    ['prompt', llm.prompt],
    ['rewards from', sources.join(' and ') || 'nothing yet'],
    ['pairs labelled', count(labels.labelled)],
    ['pairs without a usable answer', `${count(labels.unlabelled)} (answers: ${counts(labels.defects)})`],
    ['calls paid in this run', count(calls.paid)],
    ['answers that were there already', count(calls.cached)],
    ['calls that failed', count(calls.failed)],
    [
      'tokens',
      `${count(tokens.prompt)} + ${count(tokens.completion)} (prompt + answer)` +
        (silent > 0 ? `; ${count(silent)} calls without figures` : ''),
    ],
    ['cost of this run', cost(llm)],
    ['labels far above their cosine', count(llm.disagreement.liked_against_cosine)],
    ['model versions reported', counts(labels.fingerprints)],
  ];
}
