import {describe, expect, it} from 'vitest';

import {curvesOf} from '../../src/app/answer_curve';
import {type Agent, type ModelLabels, problemText} from '../../src/app/api';
import {fieldText, foundText} from '../../src/app/catalog';
import {costText, unusableText} from '../../src/app/llm';
import {type Answer, likedShare, moves, profileOf, SessionStore, type Storage} from '../../src/app/session';

class MemoryStorage implements Storage {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

function answer(event: string, job: string, kind: 'apply' | 'save' | 'dismiss'): Answer {
  return {
    feedback: {event_id: event, candidate_id: 'c', job_id: job, kind},
    title: job,
    company: '',
    place: 1,
    acknowledged: false,
  };
}

describe('SessionStore', () => {
  it('has everything again after a reload', () => {
    const storage = new MemoryStorage();
    const store = new SessionStore(storage);
    store.begin('c', true, 'I weld.', 'welding');
    store.add(answer('e1', 'j1', 'apply'));
    store.add(answer('e2', 'j2', 'save'));
    store.acknowledge('e1');
    const again = new SessionStore(storage);
    expect(again.session).toEqual(store.session);
    expect(again.pending().map(({event_id}) => event_id)).toEqual(['e2']);
  });

  it('knows the last answer to a job', () => {
    const store = new SessionStore(new MemoryStorage());
    store.begin('c', true, '', '');
    store.add(answer('e1', 'j', 'save'));
    expect(store.kindOf('j')).toBe('save');
    store.add(answer('e2', 'j', 'apply'));
    expect(store.kindOf('j')).toBe('apply');
    expect(store.kindOf('other')).toBeUndefined();
  });

  it('begins anew where nothing or nonsense was kept', () => {
    const storage = new MemoryStorage();
    storage.setItem('dynajob.session/1', '{"candidate":');
    expect(new SessionStore(storage).session.candidate).toBe('');
    storage.setItem('dynajob.session/1', '{"candidate":7}');
    expect(new SessionStore(storage).session.answers).toEqual([]);
  });

  it('forgets when told to', () => {
    const storage = new MemoryStorage();
    const store = new SessionStore(storage);
    store.begin('c', true, 'x', '');
    store.end();
    expect(storage.items.size).toBe(0);
    expect(store.session.candidate).toBe('');
  });
});

it('moves are places up, and null for what is new', () => {
  expect([...moves(['a', 'b', 'c'], ['c', 'a', 'd'])]).toEqual([['c', 2], ['a', -1], ['d', null]]);
});

it('the share of liked jobs counts Apply and Save', () => {
  const answers = [answer('1', 'a', 'apply'), answer('2', 'b', 'dismiss'), answer('3', 'c', 'save')];
  expect(likedShare(answers).map(({share}) => share)).toEqual([1, 0.5, 2 / 3]);
  expect(likedShare(answers, ({feedback}) => feedback.job_id !== 'b')).toEqual([{answer: 1, share: 1}, {answer: 3, share: 1}]);
  expect(likedShare([])).toEqual([]);
});

describe('the curves of two agents', () => {
  const given = (event: string, kind: 'apply' | 'dismiss', lists: Agent[]): Answer => ({...answer(event, event, kind), lists});

  it('count the answers to what each had in its list, and one in both for both', () => {
    const [served, random] = curvesOf([
      given('1', 'apply', ['served']),
      given('2', 'dismiss', ['random-start']),
      given('3', 'apply', ['served', 'random-start']),
    ]);
    expect(served!.points).toEqual([{answer: 1, share: 1}, {answer: 3, share: 1}]);
    expect(random!.points).toEqual([{answer: 2, share: 0}, {answer: 3, share: 0.5}]);
  });

  it('are one where one list was shown, and leave out what was answered then', () => {
    expect(curvesOf([answer('1', 'a', 'apply')]).map(({points}) => points.length)).toEqual([1]);
    const curves = curvesOf([answer('1', 'a', 'apply'), given('2', 'dismiss', ['served'])]);
    expect(curves.map(({points}) => points.map(({answer: at}) => at))).toEqual([[2], []]);
  });
});

it('jobs that were applied to or ignored are settled, each once', () => {
  const store = new SessionStore(new MemoryStorage());
  store.begin('c', false, 'x', '');
  for (const [event, job, kind] of [['1', 'a', 'apply'], ['2', 'b', 'save'], ['3', 'c', 'dismiss'], ['4', 'a', 'apply']] as const)
    store.add(answer(event, job, kind));
  expect(store.settled()).toEqual(['a', 'c']);
});

it('a profile says what the person has told', () => {
  expect(profileOf({candidate: 'c', text: 'I weld.', skills: 'welding, ; TIG'})).toEqual({id: 'c', bio: 'I weld.', resume: 'I weld.', hard_skills: ['welding', 'TIG']});
  expect(profileOf({candidate: 'c', text: '', skills: ''})).toEqual({id: 'c'});
});

describe('problemText', () => {
  it('says what the server said', () => {
    const problem = JSON.stringify({title: 'A field is not valid', detail: 'is empty', pointer: '/bio'});
    expect(problemText(422, problem)).toBe('A field is not valid: is empty (/bio)');
  });
  it('makes do with a status', () => {
    expect(problemText(502, '<html>')).toBe('The server answered with status 502.');
    expect(problemText(500, '{}')).toBe('The server answered with status 500.');
  });
});

it('the catalog prints fields of every kind, and says how much was found', () => {
  expect(fieldText(['SQL', 'Python'])).toBe('SQL, Python');
  expect(fieldText({low: 90000, high: 120000})).toBe('90,000 to 120,000 USD');
  expect(fieldText('remote')).toBe('remote');
  expect([foundText(3000, ''), foundText(0, 'x'), foundText(1, 'x'), foundText(1234, 'x')]).toEqual([
    '3,000 jobs.',
    'No job has all of these words.',
    'One job found.',
    '1,234 jobs found, best matches first.',
  ]);
});

describe('labels of a model', () => {
  const labels = (facts: Partial<ModelLabels>): ModelLabels => ({
    model: 'm',
    answers: 200,
    with_probabilities: 0,
    unusable: 0,
    defects: {},
    prompt_tokens: 0,
    completion_tokens: 0,
    answers_without_usage: 0,
    known_cost_usd: 0,
    answers_of_unknown_cost: 0,
    ...facts,
  });
  it('cost what is known, and say what that leaves out', () => {
    expect(costText(labels({known_cost_usd: 1.5}))).toBe('1.5000 USD');
    expect(costText(labels({known_cost_usd: 1.5, answers_of_unknown_cost: 20}))).toBe('1.5000 USD without 20 answers whose cost nobody states');
    expect(costText(labels({answers_of_unknown_cost: 200}))).toBe('unknown');
  });
  it('are unusable for reasons, the most frequent first', () => {
    expect(unusableText(labels({}))).toBe('none');
    expect(unusableText(labels({unusable: 5, defects: {refusal: 1, cut: 4}}))).toBe('2.5 % (4 cut, 1 refusal)');
  });
});
