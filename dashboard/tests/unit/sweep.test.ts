import {describe, expect, it} from 'vitest';

import {dosePlaces, doseStudy} from '../../src/report/dose';
import type {ComparisonJson, SweepCellJson, SweepJson} from '../../src/report/schema';
import {askedPairs, contrastName, contrastVerdicts, sweepVerdicts} from '../../src/report/sweep_figures';

function cell(overrides: Record<string, string>, label = Object.values(overrides).join(' ')): SweepCellJson {
  return {label, overrides, protocols: []};
}

describe('doseStudy', () => {
  it('is a curve over the number that is varied', () => {
    const cells = ['0', '1000', '100'].map((calls) => cell({'labels.budget': calls}));
    const study = doseStudy(cells, ['labels.budget'])!;
    expect(study.key).toBe('labels.budget');
    expect(study.panels).toEqual([
      {title: '', cells: [{index: 0, dose: 0}, {index: 2, dose: 100}, {index: 1, dose: 1000}]},
    ]);
  });

  it('has a panel for each setting of the rest, and an open cell in all of them', () => {
    const cells = [cell({'s.corruption': '0.0'})];
    for (const dose of ['0.2', '0.4'])
      for (const mode of ["'flipped'", "'uniform'"])
        cells.push(cell({'s.corruption': dose, 's.corruption_mode': mode}));
    const study = doseStudy(cells, ['s.corruption', 's.corruption_mode'])!;
    expect(study.panels.map(({title}) => title)).toEqual(['corruption_mode flipped', 'corruption_mode uniform']);
    expect(study.panels[1]!.cells.map(({index}) => index)).toEqual([0, 2, 4]);
  });

  it('is none where cells differ in kind, or doses are too few', () => {
    expect(doseStudy([cell({a: '1'}), cell({a: '2'})], ['a'])).toBeUndefined();
    expect(doseStudy([cell({a: "'x'"}), cell({a: "'y'"}), cell({a: "'z'"})], ['a'])).toBeUndefined();
    const mixed = [cell({a: '0'}), cell({a: '1', b: '1'}), cell({a: '2', b: '2'}), cell({a: '0', c: '3'})];
    expect(doseStudy(mixed, ['a', 'b', 'c'])).toBeUndefined();
  });
});

describe('dosePlaces', () => {
  it('are the doses themselves unless they span decades', () => {
    expect(dosePlaces([0, 0.1, 0.6]).place(0.1)).toBe(0.1);
    const {place, logarithmic} = dosePlaces([0, 100, 1000, 10000]);
    expect(logarithmic).toBe(true);
    expect([0, 100, 1000, 10000].map(place)).toEqual([1, 2, 3, 4]);
  });
});

function compared(low: number, high: number): ComparisonJson {
  return {
    a: 'llm',
    b: 'baseline',
    metric: 'cumulative_reward',
    difference: {iqm: (low + high) / 2, low, high},
    probability_of_improvement: {value: 0.5, low: 0.4, high: 0.6},
    holm: {p: 0.01, low, high},
  };
}

function sweepOf(comparisons: (ComparisonJson | undefined)[]): SweepJson {
  const cost = {llm_calls: 0, env_steps: 0, updates: 0};
  const metrics = {steps_to_threshold: {median: null, reached: 0}};
  return {
    schema: 'dynajob.sweep/1',
    name: null,
    question: null,
    seeds: [1],
    llm: {kind: 'surrogate'},
    keys: ['dose'],
    cells: comparisons.map((comparison, i) => ({
      label: `dose=${i}`,
      overrides: {dose: String(i)},
      protocols: [
        {
          name: 'new-user',
          steps: 1,
          candidates: 1,
          arms: ['llm', 'baseline'].map((name) => ({
            name,
            kind: 'learner',
            run_by: comparison === undefined ? 0 : i,
            metrics,
            cost,
          })),
          comparisons: comparison === undefined ? [] : [comparison],
        },
      ],
    })),
    contrasts: [],
  };
}

describe('verdicts of a sweep', () => {
  it('say where a pair is decided and where it is not', () => {
    const sweep = sweepOf([compared(1, 3), compared(-1, 1), compared(-3, -1)]);
    expect(askedPairs(sweep, 'new-user')).toEqual([['llm', 'baseline']]);
    expect(sweepVerdicts(sweep, 'new-user')).toEqual({
      decided: [
        'new-user: llm beats baseline at dose=0; llm loses to baseline at dose=2; they cannot be told apart at dose=1.',
      ],
      undecided: '',
    });
    expect(sweepVerdicts(sweepOf([compared(-1, 1)]), 'new-user')).toEqual({
      decided: [],
      undecided: 'new-user: in no cell can be told apart llm and baseline.',
    });
  });

  it('take over the comparison of the cell whose run both arms are', () => {
    expect(sweepVerdicts(sweepOf([compared(1, 3), undefined]), 'new-user').decided).toEqual([
      'new-user: llm beats baseline at dose=0, dose=1.',
    ]);
  });

  it('name the contrasts that are decided', () => {
    const {a: _a, b: _b, ...difference} = compared(1, 3);
    const sweep = sweepOf([compared(1, 3), compared(1, 3)]);
    sweep.contrasts = [{...difference, protocol: 'new-user', arm: 'llm', a: 1, b: 0}];
    expect(contrastVerdicts(sweep, 'new-user')).toEqual([
      'new-user, llm: dose=1 is better than dose=0, by +2.00 [+1.00, +3.00].',
    ]);
  });
});

it('names of contrasts say once what both cells share', () => {
  expect(contrastName('dose=2 mode=x', 'dose=0 mode=x')).toBe('dose=2 − dose=0 (mode=x)');
  expect(contrastName('dose=2 mode=x', 'clean')).toBe('dose=2 mode=x − clean');
  expect(contrastName('control: 2 real updates', 'none')).toBe('control: 2 real updates − none');
});
