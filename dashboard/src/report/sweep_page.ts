// The report of a sweep: what is decided, a section per protocol, how to run it again.
import type {FigureSpec} from '../charts/figure';
import {h} from '../lib/dom';
import {count} from '../lib/format';
import {doseStudy} from './dose';
import {type Page, seedText, seedWarning} from './page';
import type {SweepJson, SweepProtocolJson} from './schema';
import {
  askedPairs,
  cellsFigure,
  contrastFigure,
  contrastRows,
  contrastVerdicts,
  doseDifferenceFigure,
  doseFigure,
  sweepVerdicts,
  withinFigure,
} from './sweep_figures';

export function buildSweep(page: Page, sweep: SweepJson): () => void {
  const protocols = sweep.cells[0]?.protocols ?? [];
  const sections = protocols.map((protocol) => ({
    title: protocol.name,
    element: protocolSection(page, sweep, protocol),
  }));
  const command = 'dynajob compare --study study.toml --store STORE --config config.toml --out runs/again';
  sections.push({title: 'run it again', element: page.again(sweep.seeds, command)});
  return page.build(head(page, sweep, protocols), sections);
}

function head(page: Page, sweep: SweepJson, protocols: SweepProtocolJson[]): HTMLElement {
  const names = protocols.map(({name}) => name);
  const verdicts = names.map((name) => sweepVerdicts(sweep, name));
  const undecided = verdicts.map((verdict) => verdict.undecided).filter((text) => text !== '');
  return h(
    'header',
    {},
    h('h1', {}, sweep.question ?? `What does ${sweep.keys.join(' and ')} change?`),
    ...verdicts.flatMap(({decided}) => decided).map((text) => h('p', {class: 'verdict'}, text)),
    ...undecided.map((text) => h('p', {class: 'verdict'}, text)),
    ...names.flatMap((name) => contrastVerdicts(sweep, name)).map((text) => h('p', {}, text)),
    h(
      'p',
      {class: 'note'},
      `${count(sweep.cells.length)} cells on the same seeds (${seedText(sweep.seeds)}) and people. ${page.report.note}`,
    ),
    seedWarning(sweep.seeds),
  );
}

function protocolSection(page: Page, sweep: SweepJson, protocol: SweepProtocolJson): HTMLElement {
  const {name} = protocol;
  const study = doseStudy(sweep.cells, sweep.keys);
  const asked = askedPairs(sweep, name).length > 0;
  const specs: FigureSpec[] = study
    ? [doseFigure(sweep, study, name), ...(asked ? [doseDifferenceFigure(sweep, study, name)] : [])]
    : [cellsFigure(sweep, name), ...(asked ? [withinFigure(sweep, name)] : [])];
  if (contrastRows(sweep, name).length > 0) specs.push(contrastFigure(sweep, name));
  return h(
    'section',
    {id: `protocol-${name}`},
    h('h2', {}, `Protocol ${name}`),
    h(
      'p',
      {},
      `${count(protocol.candidates)} unseen candidates per seed, ${count(protocol.steps)} recommendations each, in every cell.`,
    ),
    ...specs.map((spec) => page.figure(spec)),
  );
}
