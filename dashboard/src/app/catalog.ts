// Catalog: the jobs that have some words, and what was read from each posting.
import {h} from '../lib/dom';
import {count} from '../lib/format';
import {ask, type Job, type JobMatch, searchJobs} from './api';
import {guarded, type View} from './view';

const kListed = 20; // at once
const kReach = 10_000; // as far as a search can be paged through

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

export const kCatalog: View = {
  id: 'catalog',
  title: 'Catalog',
  show: (root) => {
    const words = h('input', {id: 'words', type: 'search', autocomplete: 'off', maxlength: 200, placeholder: 'data engineer python'});
    const results = h('div', {'aria-live': 'polite'});
    const form = h('form', {class: 'search', role: 'search'}, h('label', {for: 'words'}, 'Words of title, company, skills, sector or place; or an id'), words, h('button', {type: 'submit', class: 'main'}, 'Search'));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void guarded(results, () => search(words.value.trim(), results));
    });
    root.replaceChildren(h('h1', {}, 'Catalog'), form, results);
    void guarded(results, () => search('', results));
    return undefined;
  },
};

async function search(words: string, results: HTMLElement): Promise<void> {
  const list = h('ul', {class: 'catalog'});
  const more = h('button', {type: 'button'}, 'Show more');
  const said = h('p', {class: 'note'});
  const next = async (): Promise<void> => {
    const {total, jobs} = await searchJobs(words, list.childElementCount, kListed);
    list.append(...jobs.map((job) => entry(job.id, job.title ?? job.id, job.company, whyFound(job, words))));
    said.textContent = foundText(total, words);
    more.hidden = list.childElementCount >= Math.min(total, kReach);
  };
  more.addEventListener('click', () => void guarded(results, next));
  await next();
  results.replaceChildren(said, list, more);
}

export function foundText(total: number, words: string): string {
  if (words === '') return `${count(total)} jobs.`;
  if (total === 0) return 'No job has all of these words.';
  return total === 1 ? 'One job found.' : `${count(total)} jobs found, best matches first.`;
}

function whyFound(job: JobMatch, words: string): string {
  if (job.id === words) return 'the job with this id';
  return [job.location, job.sector].filter((text) => text !== undefined).join(' · ');
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
