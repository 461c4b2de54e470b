// The report of a comparison: verdicts, a section per protocol, labels, judge, how to run it again.
import type {Figure, FigureSpec} from '../charts/figure';
import {shownAtFirst} from '../lib/arm_style';
import {h} from '../lib/dom';
import {count, fixed, percent} from '../lib/format';
import {table} from '../lib/table';
import {costFigure, differencesFigure, improvementFigure, metricsFigure} from './arm_figures';
import {styles} from './arms';
import {auditFigures, auditSummary} from './audit_section';
import {type Fact, labelFacts} from './label_facts';
import {learningFigure, profileFigure, type Shown, thresholdFigure} from './line_figures';
import {type Page, seedText, seedWarning} from './page';
import type {LabelAuditJson, LlmJson, ProtocolJson, ReportJson, ResultsJson} from './schema';

export function buildComparison(page: Page, results: ResultsJson): () => void {
  const {report} = page;
  const picker = new ArmPicker(results);
  const sections = results.protocols.map((protocol) => ({
    title: protocol.name,
    element: protocolSection(page, picker, results, protocol),
  }));
  if (report.label_audit !== null || report.llm !== null)
    sections.push({title: 'labels', element: labelSection(page, report.label_audit, report.llm)});
  if (results.judge) sections.push({title: 'judge', element: judgeSection(results.judge)});
  const command = 'dynajob compare --store STORE --config config.toml --out runs/again';
  sections.push({title: 'run it again', element: page.again(results.seeds, command)});
  return page.build(head(report, results), sections);
}

function head({verdicts, note}: ReportJson, results: ResultsJson): HTMLElement {
  return h(
    'header',
    {},
    h('h1', {}, 'Which warm start was worth it?'),
    ...verdicts.map(({winner}) => h('p', {class: 'verdict'}, winner)),
    ...verdicts.filter(({details}) => details !== '').map(({details}) => h('p', {}, details)),
    h('p', {class: 'note'}, `${note} Seeds: ${seedText(results.seeds)}.`),
    seedWarning(results.seeds),
  );
}

function protocolSection(
  page: Page,
  picker: ArmPicker,
  results: ResultsJson,
  protocol: ProtocolJson,
): HTMLElement {
  const lines = (spec: FigureSpec): HTMLElement => picker.follow(page.add(spec));
  return h(
    'section',
    {id: `protocol-${protocol.name}`},
    h('h2', {}, `Protocol ${protocol.name}`),
    h(
      'p',
      {},
      `${count(protocol.candidates)} unseen candidates per seed, ${count(protocol.steps)} recommendations each. `,
      'Rewards are the judge’s expected reward of what was recommended.',
    ),
    picker.boxes(protocol),
    lines(learningFigure(protocol, picker.shown)),
    page.figure(metricsFigure(protocol)),
    page.figure(differencesFigure(protocol)),
    page.figure(improvementFigure(protocol)),
    lines(thresholdFigure(protocol, picker.shown)),
    protocol.arms.some((arm) => arm.profile) && lines(profileFigure(protocol, picker.shown)),
    page.figure(costFigure(protocol, results.seeds.length, page.report.timing)),
  );
}

// Which arms the charts of lines show, the same in all of them.
class ArmPicker {
  readonly shown: Shown;
  private readonly figures: Figure[] = [];
  private readonly inputs: HTMLInputElement[] = [];

  constructor(results: ResultsJson) {
    this.shown = shownAtFirst(results.protocols.flatMap((protocol) => protocol.arms));
  }

  follow(figure: Figure): HTMLElement {
    this.figures.push(figure);
    return figure.element;
  }

  boxes(protocol: ProtocolJson): HTMLElement {
    const style = styles(protocol.arms);
    const labels = protocol.arms.map(({name}) => {
      const input = h('input', {type: 'checkbox', name, checked: this.shown.has(name)});
      input.addEventListener('change', () => this.show(name, input.checked));
      this.inputs.push(input);
      return h('label', {style: `--arm:${style.get(name)!.color}`}, input, name);
    });
    return h('fieldset', {class: 'arms'}, h('legend', {}, 'Arms in the charts of lines'), ...labels);
  }

  private show(arm: string, shown: boolean): void {
    if (shown) this.shown.add(arm);
    else this.shown.delete(arm);
    for (const input of this.inputs) if (input.name === arm) input.checked = shown;
    for (const figure of this.figures) figure.redraw();
  }
}

const kNoAudit =
  'These labels have not been compared with responses that are known. dynajob audit-labels --out RUN does ' +
  'that, with the options of this run; dynajob report RUN then shows it here.';

// Who labelled, and how well that agrees with what is known.
export function labelSection(page: Page, audit: LabelAuditJson | null, llm: LlmJson | null): HTMLElement {
  const columns = [
    {head: 'what', cell: (fact: Fact) => fact[0]},
    {head: 'value', cell: (fact: Fact) => fact[1], words: true},
  ];
  return h(
    'section',
    {id: 'labels'},
    h('h2', {}, 'Labels'),
    llm !== null && table('Who labelled', columns, labelFacts(llm)),
    audit === null ? h('p', {}, kNoAudit) : auditSummary(audit),
    ...(audit === null ? [] : auditFigures(audit).map((spec) => page.figure(spec))),
  );
}

function judgeSection(judge: NonNullable<ResultsJson['judge']>): HTMLElement {
  const correlations = Object.entries(judge.rank_correlation)
    .map(([source, value]) => `${source} ${fixed(value, 2)}`)
    .join(', ');
  return h(
    'section',
    {id: 'judge'},
    h('h2', {}, 'The judge'),
    h(
      'p',
      {},
      `The people are simulated. Rank correlation with the judge’s expected reward: ${correlations}.`,
    ),
    table(
      'Responses to random pairs',
      [
        {head: 'response', cell: (row: [string, number]) => row[0]},
        {head: 'share', cell: (row) => percent(row[1], 1)},
      ],
      Object.entries(judge.response_shares),
    ),
  );
}
