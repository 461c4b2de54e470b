// Compare: the runs that the server knows, what they have shown, and the report of each.
import {h} from '../lib/dom';
import {buildComparison} from '../report/comparison_page';
import {Page} from '../report/page';
import {buildSweep} from '../report/sweep_page';
import {readRun, readRuns, type Run} from './api';
import {guarded, notice, type View} from './view';

export const kCompare: View = {
  id: 'compare',
  title: 'Compare',
  show: (root, path) => (path === '' ? showRuns(root) : showReport(root, path)),
};

export function runAddress(id: string): string {
  return `#compare/${encodeURIComponent(id)}`;
}

function showRuns(root: HTMLElement): undefined {
  const body = h('div', {});
  root.replaceChildren(h('h1', {}, 'Compare'), body);
  void guarded(body, async () => {
    const runs = (await readRuns()).reverse();
    body.replaceChildren(
      ...(runs.length === 0
        ? [
            notice('The server knows no comparison.'),
            h('p', {}, 'To see one here: ', h('code', {}, 'dynajob demo'), ' and serve its model, or ', h('code', {}, 'dynajob compare --store STORE --publish NAME'), '.'),
          ]
        : [
            h('p', {class: 'note'}, 'What the intervals say; people are simulated. Newest first.'),
            h('ul', {class: 'runs'}, ...runs.map(entry)),
          ]),
    );
  });
  return undefined;
}

function entry({id, kind, created, where, verdicts, labels_by: by, audited}: Run): HTMLElement {
  const facts = [
    kind,
    new Date(created).toLocaleString(),
    where === 'disk' ? 'beside the model' : 'in the store',
    ...(by === null ? [] : [`labels: ${by}${audited ? ', audited' : ''}`]),
  ];
  return h(
    'li',
    {'data-run': id},
    h('h2', {}, h('a', {href: runAddress(id)}, id)),
    h('p', {class: 'note'}, facts.join(' · ')),
    ...verdicts.map(({winner}) => h('p', {class: 'verdict'}, winner)),
    h('p', {}, h('a', {href: runAddress(id), 'aria-label': `Report of ${id}`}, 'Open the report')),
  );
}

function showReport(root: HTMLElement, id: string): () => void {
  const body = h('article', {class: 'report'});
  let stop: (() => void) | undefined;
  let left = false;
  root.replaceChildren(h('p', {}, h('a', {href: '#compare'}, '← All runs')), body);
  body.addEventListener('click', toSection);
  void guarded(body, async () => {
    const {report} = await readRun(id);
    if (left) return;
    const page = new Page(report, body);
    if (report.results !== null) stop = buildComparison(page, report.results);
    else if (report.sweep !== null) stop = buildSweep(page, report.sweep);
  });
  return () => {
    left = true;
    stop?.();
  };
}

// The report's links lead to its sections; here the address says which view is shown.
function toSection(event: Event): void {
  const link = (event.target as Element).closest('a');
  const target = link?.getAttribute('href')?.match(/^#(.+)$/)?.[1];
  if (target === undefined || link?.closest('nav') === null) return;
  event.preventDefault();
  const section = document.getElementById(target);
  section?.scrollIntoView();
  section?.setAttribute('tabindex', '-1');
  section?.focus({preventScroll: true});
}
