// One job of the ranking: what, why here, and the answers that can be given.
import {h} from '../lib/dom';
import {fixed, signed} from '../lib/format';
import type {FeedbackKind, Recommendation} from './api';

export const kAnswers: {kind: FeedbackKind; text: string; done: string}[] = [
  {kind: 'apply', text: 'Apply', done: 'Applied'},
  {kind: 'save', text: 'Save', done: 'Saved'},
  {kind: 'dismiss', text: 'Ignore', done: 'Ignored'},
];

const kMostSkills = 6;

const kSources = {
  q: 'Ranked by expected return',
  cosine: 'Ranked by similarity, as no model is loaded',
  explore: 'Shown to learn from your answer',
};

export interface CardOptions {
  job: Recommendation;
  place: number; // from 1
  move: number | null | undefined; // places up; null: new here; undefined: nothing to compare with
  saved: boolean;
  answer: (kind: FeedbackKind) => void;
}

export function jobCard({job, place, move, saved, answer}: CardOptions): HTMLElement {
  const buttons = kAnswers.map(({kind, text, done}) => {
    const given = kind === 'save' && saved;
    const button = h(
      'button',
      {type: 'button', 'data-answer': kind, disabled: given, 'aria-label': `${text}: ${job.title}`},
      given ? done : text,
    );
    button.addEventListener('click', () => answer(kind));
    return button;
  });
  return h(
    'li',
    {class: 'card', 'data-job': job.job_id},
    h('div', {class: 'place'}, h('span', {class: 'number'}, place), moveMark(move)),
    h(
      'div',
      {class: 'what'},
      h('h3', {}, job.title),
      h('p', {class: 'where'}, [job.company, job.location].filter((text) => text !== '').join(' · ')),
      reasons(job),
    ),
    h('div', {class: 'answers'}, ...buttons),
  );
}

function moveMark(move: number | null | undefined): HTMLElement | undefined {
  if (move === undefined || move === 0) return undefined;
  if (move === null) return h('span', {class: 'move new'}, 'new');
  const words = `${Math.abs(move)} places ${move > 0 ? 'up' : 'down'}`;
  return h('span', {class: move > 0 ? 'move up' : 'move down', 'aria-label': words, title: words}, `${move > 0 ? '▲' : '▼'} ${Math.abs(move)}`);
}

function reasons(job: Recommendation): HTMLElement {
  const why = job.explanation;
  if (why === undefined) return h('p', {class: 'why'}, `${kSources[job.source]}.`);
  const expected = why.q === null ? '' : ` (${signed(why.q, 2)})`;
  const doubt = why.uncertainty === null ? '' : ` ± ${fixed(why.uncertainty, 2)}`;
  const answer =
    why.predicted_reward === null ? '' : `, expected answer ${signed(why.predicted_reward, 2)}${doubt}`;
  return h(
    'div',
    {class: 'why'},
    skillLine('You have', why.matched_skills, 'have'),
    skillLine('Asked for, too', why.missing_skills, 'lack'),
    h('p', {}, `${kSources[job.source]}${expected}${answer}, similarity ${fixed(why.cosine, 2)}.`),
  );
}

function skillLine(title: string, skills: string[], look: string): HTMLElement | undefined {
  if (skills.length === 0) return undefined;
  const more = skills.length - kMostSkills;
  return h(
    'p',
    {class: 'skills'},
    `${title}: `,
    ...skills.slice(0, kMostSkills).map((skill) => h('span', {class: look}, skill)),
    more > 0 && `and ${more} more`,
  );
}
