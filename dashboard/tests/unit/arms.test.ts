import {describe, expect, it} from 'vitest';

import {armStyle, shownAtFirst} from '../../src/lib/arm_style';
import {improvementCells} from '../../src/report/arm_figures';
import {byReward, keyComparisons, learns, verdictOf} from '../../src/report/arms';
import {medianText, reachedPoints} from '../../src/report/line_figures';
import {type ArmJson, type ComparisonJson, metricOf, parseReport, type ProtocolJson} from '../../src/report/schema';

function arm(name: string, reward: number): ArmJson {
  return {
    name,
    kind: 'learner',
    metrics: {
      cumulative_reward: {iqm: reward, low: reward - 1, high: null},
      steps_to_threshold: {median: null, reached: 0.25},
    },
    curve: {step: [], iqm: [], low: [], high: []},
    cost: {llm_calls: 0, env_steps: 0, updates: 0},
  };
}

function comparison(a: string, b: string, low: number, high: number): ComparisonJson {
  return {
    a,
    b,
    metric: 'cumulative_reward',
    difference: {iqm: (low + high) / 2, low, high},
    probability_of_improvement: {value: 0.7, low: 0.6, high: null},
  };
}

describe('arms', () => {
  it('come with the most reward first', () => {
    expect(byReward([arm('a', 1), arm('b', 3), arm('c', 2)]).map(({name}) => name)).toEqual(['b', 'c', 'a']);
  });

  it('have metrics with an unknown end', () => {
    expect(metricOf(arm('a', 1), 'cumulative_reward')).toEqual({value: 1, low: 0, high: null});
    expect(metricOf(arm('a', 1), 'regret')).toBeUndefined();
  });

  it('share the hue of their frozen twin, not its line', () => {
    const learner = armStyle('hybrid', 'learner');
    const twin = armStyle('hybrid-frozen', 'reference');
    expect(twin.color).toBe(learner.color);
    expect(twin.dash).not.toBe(learner.dash);
  });

  it('can be told apart without colour when shown at first', () => {
    const names = [...shownAtFirst(['baseline', 'cosine', 'llm', 'hybrid', 'random', 'cosine-rank', 'oracle'].map((name) => ({name, kind: 'learner'})))];
    const looks = names.map((name) => {
      const {dash, width} = armStyle(name, ['cosine-rank', 'oracle'].includes(name) ? 'reference' : 'learner');
      return `${dash} ${width}`;
    });
    expect(names).toHaveLength(6);
    expect(new Set(looks).size).toBe(names.length);
  });

  it('learn unless they are frozen, ranks, random or the oracle', () => {
    const names = ['baseline', 'linucb-cosine', 'greedy-model', 'greedy-model-frozen', 'cosine-rank', 'oracle', 'random'];
    expect(names.filter((name) => learns(arm(name, 0)))).toEqual(['baseline', 'linucb-cosine', 'greedy-model']);
  });
});

describe('comparisons', () => {
  it('are decided by the corrected interval where there is one', () => {
    const plain = comparison('a', 'b', 1, 3);
    expect(verdictOf(plain)).toBe('better');
    expect(verdictOf({...plain, holm: {p: 0.06, low: -0.2, high: 4}})).toBe('cannot be told apart');
    expect(verdictOf(comparison('a', 'b', -3, -1))).toBe('worse');
    expect(verdictOf({...plain, difference: {iqm: 2, low: null, high: null}})).toBe('cannot be told apart');
  });

  it('are the corrected family, against the cold start first', () => {
    const holm = {p: 0.01, low: 1, high: 2};
    const comparisons = [
      {...comparison('hybrid', 'cosine', 1, 2), holm},
      {...comparison('hybrid', 'hybrid-frozen', 1, 2), holm},
      {...comparison('hybrid', 'baseline', 1, 2), holm},
      comparison('oracle', 'hybrid', 1, 2),
    ];
    const protocol = {name: 'new-user', steps: 1, candidates: 1, arms: [], comparisons};
    expect(keyComparisons(protocol).map(({b}) => b)).toEqual(['baseline', 'hybrid-frozen', 'cosine']);
  });

  it('stand in the matrix both ways round', () => {
    const protocol: ProtocolJson = {name: 'new-user', steps: 1, candidates: 1, arms: [], comparisons: [comparison('a', 'b', 1, 2)]};
    const cells = improvementCells(protocol);
    expect(cells.map(({row, column}) => row + column)).toEqual(['ab', 'ba']);
    expect(cells[0]!.value).toBe(0.7);
    expect(cells[1]!.value).toBeCloseTo(0.3, 12);
    expect(cells[1]!.tip).toContain('unknown');
  });
});

describe('time to threshold', () => {
  it('is the share that got there, up to the last step', () => {
    const threshold = {median: 3, median_low: 2, median_high: null, reached: 0.6, survival: {step: [2, 3], share: [0.75, 0.4]}};
    expect(reachedPoints(threshold, 10).map(({x, y}) => [x, Math.round(100 * y)])).toEqual([[0, 0], [2, 25], [3, 60], [10, 60]]);
    expect(medianText(threshold)).toBe('3 [2, never]');
    expect(medianText({median: null, reached: 0})).toBe('not reached');
  });

  it('has no line in files without a curve', () => {
    expect(reachedPoints({median: null, reached: 0}, 10)).toEqual([]);
  });
});

describe('parseReport', () => {
  it('says what is wrong with data that is not a report', () => {
    expect(() => parseReport('"dynajob:report-data"')).toThrow('template');
    expect(() => parseReport('{"schema":"other/1"}')).toThrow('other/1');
  });
});
