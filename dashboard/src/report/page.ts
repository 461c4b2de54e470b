// What the page of a comparison and that of a sweep share: numbered figures, the list of contents, what is
// needed to run it again.
import {Figure, type FigureSpec, keepDrawn} from '../charts/figure';
import {append, type Child, h} from '../lib/dom';
import {count, duration} from '../lib/format';
import type {ReportJson} from './schema';

export class Page {
  readonly figures: Figure[] = [];

  constructor(
    readonly report: ReportJson,
    readonly main: HTMLElement,
  ) {}

  // A section is an element with an id and a title for the contents. Returns what ends the page.
  build(head: HTMLElement, sections: {title: string; element: HTMLElement}[]): () => void {
    const links = sections.map(({title, element}) => h('a', {href: `#${element.id}`}, title));
    append(this.main, [
      head,
      h('nav', {'aria-label': 'Sections'}, ...links),
      ...sections.map(({element}) => element),
    ]);
    return keepDrawn(this.figures);
  }

  figure(spec: FigureSpec): HTMLElement {
    return this.add(spec).element;
  }

  add(spec: FigureSpec): Figure {
    const figure = new Figure(spec, this.figures.length + 1);
    this.figures.push(figure);
    return figure;
  }

  again(seeds: number[], command: string): HTMLElement {
    const {config, study, timing, version} = this.report;
    const seconds =
      timing === null
        ? undefined
        : (timing.sweep_s ?? (timing.train_and_evaluate_s ?? 0) + (timing.summarise_s ?? 0));
    return h(
      'section',
      {id: 'again'},
      h('h2', {}, 'Run it again'),
      h(
        'p',
        {},
        `Made by dynajob ${timing?.version ?? version}, ${count(seeds.length)} seeds (${seedText(seeds)})`,
        timing === null || seconds === undefined
          ? '.'
          : `, in ${duration(seconds)} with ${timing.workers} workers on ${timing.processors} processors.`,
        ' The same store and configuration give the same numbers to the byte, whatever the number of workers. ',
        study === ''
          ? 'Save the configuration as config.toml (it lies beside this page, too) and run:'
          : 'Save study and configuration as study.toml and config.toml (they lie beside this page, too) and run:',
      ),
      h('pre', {}, command),
      study !== '' &&
        h('details', {open: true}, h('summary', {}, 'Study'), h('pre', {class: 'study'}, study)),
      h('details', {open: true}, h('summary', {}, 'Configuration'), h('pre', {class: 'config'}, config)),
    );
  }
}

// 1 to 20, or the seeds themselves where there are gaps.
export function seedText(seeds: number[]): string {
  const unbroken = seeds.length > 2 && seeds.every((seed, i) => seed === seeds[0]! + i);
  return unbroken ? `${seeds[0]} to ${seeds[seeds.length - 1]}` : seeds.join(', ');
}

// A claim needs more seeds than a look does; null where there are enough.
export function seedWarning(seeds: number[]): Child {
  if (seeds.length >= 20) return null;
  const speak = seeds.length === 1 ? 'One seed speaks' : `${seeds.length} seeds speak`;
  return h('p', {class: 'note'}, `${speak} of this run; a claim for others needs at least 20.`);
}
