// Catalog: the jobs nearest to some words, and what was read from each posting.
import {h} from '../lib/dom';
import {count, fixed} from '../lib/format';
import {ApiError, ask, type Job, type Recommendation, type Recommendations} from './api';
import {guarded, notice, type View} from './view';

const kAsked = 100; // the most that a request gives
const kListed = 25;

const kFields: [string, string][] = [
  ['company', 'Company'],
  ['sector', 'Sector'],
  ['location', 'Place'],
  ['work_mode', 'Where the work is done'],
  ['seniority', 'Level'],
  ['contract', 'Contract'],
  ['salary', 'Salary a year'],
  ['technical_skills', 'Technical skills'],
  ['soft_skills', 'Soft skills'],
  ['experience_requirements', 'Experience asked for'],
  ['posted', 'Posted'],
  ['expires', 'Expires'],
];

export function fieldText(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(', ');
  if (value !== null && typeof value === 'object') {
    const {low, high} = value as {low?: number; high?: number};
    if (low !== undefined && high !== undefined) return `${count(low)} to ${count(high)} USD`;
    return JSON.stringify(value);
  }
  return String(value);
}

// Those that are most similar to the words first, whatever else the ranking is by.
export function nearest(jobs: Recommendation[], n: number): Recommendation[] {
  const cosine = (job: Recommendation): number => job.explanation?.cosine ?? -1;
  return [...jobs].sort((a, b) => cosine(b) - cosine(a)).slice(0, n);
}

export const kCatalog: View = {
  id: 'catalog',
  title: 'Catalog',
  show: (root) => {
    const words = h('input', {id: 'words', type: 'search', autocomplete: 'off', placeholder: 'Python, data pipelines'});
    const results = h('div', {'aria-live': 'polite'});
    const form = h('form', {class: 'search'}, h('label', {for: 'words'}, 'Skills or words of a job, or its id'), words, h('button', {type: 'submit', class: 'main'}, 'Search'));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void guarded(results, () => search(words.value.trim(), results));
    });
    root.replaceChildren(h('h1', {}, 'Catalog'), form, results);
    results.replaceChildren(notice('Jobs are found by the similarity of what they ask for.'));
    return undefined;
  },
};

async function search(words: string, results: HTMLElement): Promise<void> {
  if (words === '') return;
  const candidate = {bio: words, hard_skills: words.split(',').map((word) => word.trim()).filter((word) => word !== '')};
  const found = await ask<Recommendations>('POST', '/v1/recommend', {candidate, n: kAsked, explain: true});
  const jobs = nearest(found.recommendations, kListed);
  const named = await jobWithId(words);
  const exact = named === undefined ? [] : [entry(named.id, named.title ?? named.id, named['company'], 'the job with this id')];
  results.replaceChildren(
    h('p', {class: 'note'}, `The ${jobs.length} most similar of the ${kAsked} best ranked; ${count(found.eligible)} jobs are open.`),
    h(
      'ul',
      {class: 'catalog'},
      ...exact,
      ...jobs.map((job) => entry(job.job_id, job.title, job.company, `similarity ${fixed(job.explanation?.cosine ?? 0, 2)}`)),
    ),
  );
}

// One word with a digit may be an id; anything else is not worth a request.
async function jobWithId(words: string): Promise<Job | undefined> {
  if (!/^\S*\d\S*$/.test(words)) return undefined;
  try {
    return await ask<Job>('GET', `/v1/jobs/${encodeURIComponent(words)}`);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

function entry(id: string, title: string, company: unknown, why: string): HTMLElement {
  const body = h('div', {});
  const details = h('details', {'data-job': id}, h('summary', {}, h('strong', {}, title), ` ${String(company ?? '')} `, h('span', {class: 'note'}, why)), body);
  details.addEventListener('toggle', () => {
    if (details.open && body.childElementCount === 0)
      void guarded(body, async () => body.replaceChildren(...record(await ask<Job>('GET', `/v1/jobs/${encodeURIComponent(id)}`))));
  });
  return h('li', {}, details);
}

function record(job: Job): HTMLElement[] {
  const facts = kFields.filter(([field]) => job[field] !== undefined && job[field] !== null);
  const rows = facts.flatMap(([field, name]) => [h('dt', {}, name), h('dd', {}, fieldText(job[field]))]);
  return [
    h('dl', {}, ...rows, h('dt', {}, 'Id'), h('dd', {}, job.id)),
    ...(job['description'] ? [h('p', {class: 'posting'}, String(job['description']))] : []),
  ];
}
