import {expect, it} from 'vitest';

import {labelFacts} from '../../src/report/label_facts';
import type {LlmJson} from '../../src/report/schema';

const kLlm: LlmJson = {
  kind: 'llm',
  base_url: 'http://127.0.0.1:1/v1',
  model: 'tiny',
  prompt: 'p1',
  labels: {labelled: 1200, unlabelled: 3, sources: {logprobs: 7, answer: 0}, defects: {'': 1}, fingerprints: {}},
  calls: {paid: 5, cached: 6, failed: 0},
  tokens: {prompt: 1000, completion: 20, calls_without_usage: 2},
  cost_usd: null,
  known_cost_usd: 0.5,
  calls_of_unknown_cost: 4,
  disagreement: {liked_against_cosine: 9},
};

it('says who labelled and what is known of the cost', () => {
  const facts = Object.fromEntries(labelFacts(kLlm));
  expect(facts['model']).toBe('tiny');
  expect(facts['rewards from']).toBe('probabilities');
  expect(facts['pairs labelled']).toBe('1,200');
  expect(facts['pairs without a usable answer']).toBe('3 (answers: 1 (not reported))');
  expect(facts['tokens']).toBe('1,000 + 20 (prompt + answer); 2 calls without figures');
  expect(facts['cost of this run']).toBe('unknown; 0.5000 USD without the 4 calls whose cost nobody states');
  expect(facts['model versions reported']).toBe('none');
});

it('tells a replay from an endpoint, and a known cost from an unknown one', () => {
  const facts = Object.fromEntries(labelFacts({...kLlm, kind: 'replay', cost_usd: 0.25}));
  expect(facts['labels came from']).toContain('replay');
  expect(facts['cost of this run']).toBe('0.2500 USD');
  expect(Object.fromEntries(labelFacts({...kLlm, known_cost_usd: 0}))['cost of this run']).toBe('unknown');
});
