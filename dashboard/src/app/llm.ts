// LLM: the labels that chat models were paid for, what they cost, and how far they can be trusted.
import {keepDrawn} from '../charts/figure';
import {h} from '../lib/dom';
import {count, fixed, percent} from '../lib/format';
import {table} from '../lib/table';
import {labelSection} from '../report/comparison_page';
import {Page} from '../report/page';
import {ask, type Labels, type ModelLabels, readRun, readRuns} from './api';
import {runAddress} from './compare';
import {guarded, notice, type View} from './view';


export const kLlm: View = {
  id: 'llm',
  title: 'LLM',
  show: (root) => {
    const labels = h('section', {}, h('p', {}, 'Counting …'));
    const audits = h('section', {class: 'report'});
    const stops: (() => void)[] = [];
    let left = false;
    root.replaceChildren(h('h1', {}, 'Labels of language models'), labels, audits);
    void guarded(labels, async () => labels.replaceChildren(...labelParts(await ask<Labels>('GET', '/v1/labels'))));
    void guarded(audits, () => showAudits(audits, stops, () => left));
    return () => {
      left = true;
      for (const stop of stops) stop();
    };
  },
};

// A sum of what is known, and what it leaves out.
export function costText({known_cost_usd: known, answers_of_unknown_cost: unknown, answers}: ModelLabels): string {
  if (unknown === answers) return 'unknown';
  const sum = `${fixed(known, 4)} USD`;
  return unknown === 0 ? sum : `${sum} without ${count(unknown)} answers whose cost nobody states`;
}

export function unusableText({unusable, answers, defects}: ModelLabels): string {
  if (unusable === 0) return 'none';
  const reasons = Object.entries(defects).sort(([, a], [, b]) => b - a).map(([reason, n]) => `${count(n)} ${reason}`);
  return `${percent(unusable / answers, 1)} (${reasons.join(', ')})`;
}

function labelParts({models, counted, unreadable}: Labels): HTMLElement[] {
  if (models.length === 0)
    return [
      notice('There are no labels of a language model in this store.'),
      h(
        'p',
        {},
        'To buy some from any OpenAI-compatible endpoint: ',
        h('code', {}, 'dynajob train --store STORE --llm endpoint --set llm.base_url=URL --set llm.model=NAME'),
        '. Every answer is kept in the store, is never paid for twice, and can be replayed with ',
        h('code', {}, '--llm replay'),
        '; docs/llm.md says what it costs before you pay. Until then a rule-based surrogate stands in.',
      ),
    ];
  const bought = models.reduce((sum, {answers}) => sum + answers, 0);
  const columns = [
    {head: 'model', cell: ({model}: ModelLabels) => model || '(not named)'},
    {head: 'answers', cell: ({answers}: ModelLabels) => count(answers)},
    {head: 'with probabilities', cell: (of: ModelLabels) => percent(of.with_probabilities / of.answers)},
    {head: 'tokens in', cell: (of: ModelLabels) => count(of.prompt_tokens)},
    {head: 'tokens out', cell: (of: ModelLabels) => count(of.completion_tokens)},
    {head: 'cost', cell: costText, words: true},
    {head: 'unusable', cell: unusableText, words: true},
  ];
  return [
    h('p', {}, `${count(bought)} answers were bought and are kept; whatever asks the same again is answered from here, for nothing.`),
    table('By model', columns, models),
    h('p', {class: 'note'}, `Counted ${new Date(counted).toLocaleString()}.${unreadable > 0 ? ` ${count(unreadable)} records are no labels of this program.` : ''}`),
  ];
}

async function showAudits(root: HTMLElement, stops: (() => void)[], left: () => boolean): Promise<void> {
  const audited = (await readRuns()).filter((run) => run.audited).reverse();
  root.replaceChildren(h('h2', {}, 'Audits'));
  if (audited.length === 0)
    root.append(
      h('p', {}, 'No run that the server knows has its labels compared with responses that are known. ', h('code', {}, 'dynajob audit-labels --store STORE --out RUN'), ' does that.'),
    );
  const [newest, ...older] = audited;
  if (newest !== undefined) {
    const {id} = newest;
    const {report} = await readRun(id);
    if (left()) return;
    const page = new Page(report, root);
    const who = report.results?.llm.kind ?? report.llm?.kind ?? 'unknown';
    root.append(
      h('p', {}, 'Run ', h('a', {href: runAddress(id)}, id), `: labelled by ${who === 'surrogate' ? 'the surrogate, a rule-based stand-in' : who}.`),
      labelSection(page, report.label_audit, report.llm),
    );
    stops.push(keepDrawn(page.figures));
  }
  if (older.length > 0) root.append(h('p', {}, 'Older audits are in the reports of ', h('a', {href: '#compare'}, 'Compare'), '.'));
}
