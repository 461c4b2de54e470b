// Health: whether the server works, with which model, and which others there are.
import {h} from '../lib/dom';
import {count} from '../lib/format';
import {table} from '../lib/table';
import {ask, type Health, type Model} from './api';
import {guarded, repeat, type View} from './view';

const kSeconds = 5;

const kStates: Record<string, string> = {
  ready: 'It works.',
  live: 'It works.',
  degraded: 'The store is away: recommendations go on from what is in memory, and responses wait on this disk.',
  draining: 'It is stopping.',
};

export const kHealth: View = {
  id: 'health',
  title: 'Health',
  show: (root) => {
    const body = h('div', {});
    const models = h('div', {});
    root.replaceChildren(h('h1', {}, 'Health'), body, models);
    void guarded(models, async () => {
      const known = await ask<{models: Model[]}>('GET', '/v1/models');
      models.replaceChildren(modelTable(known.models));
    });
    return repeat(kSeconds, () => guarded(body, async () => draw(body, await ask<Health>('GET', '/health/ready'))));
  },
};

function draw(body: HTMLElement, health: Health): void {
  const facts: [string, string][] = [
    ['Model that ranks', health.model_version ?? '–'],
    ['Jobs that can be ranked', count(health.jobs ?? 0)],
    ['People who can be ranked for', count(health.candidates ?? 0)],
    ['Store', health.store_available ? 'answers' : 'is away'],
    ['Responses that wait for the store', count(health.spooled_responses ?? 0)],
  ];
  body.replaceChildren(
    h('p', {class: 'verdict', 'data-status': health.status}, kStates[health.status] ?? health.status),
    h('dl', {}, ...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
    h('p', {class: 'note'}, 'For a monitoring system: ', h('a', {href: '/metrics'}, '/metrics'), '; the API: ', h('a', {href: '/openapi.json'}, '/openapi.json')),
  );
}

function modelTable(models: Model[]): HTMLElement {
  return table(
    'Models',
    [
      {head: 'model', cell: ({id}: Model) => id},
      {head: 'ranks now', cell: ({active}) => (active ? 'yes' : '')},
      {head: 'version', cell: ({version}) => version ?? '–', words: true},
      {head: 'since', cell: ({created}) => created ?? '–', words: true},
    ],
    models,
  );
}
