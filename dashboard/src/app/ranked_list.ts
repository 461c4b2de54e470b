// One agent's ranking: its jobs, what has moved since the order before, and the buttons to answer with.
import {h} from '../lib/dom';
import type {Agent, FeedbackKind, Recommendation, Recommendations} from './api';
import {jobCard} from './job_card';
import {moves} from './session';

// What was answered, as it was shown.
export interface Given {
  job: Recommendation;
  place: number; // from 1
  requestId: string | null;
  kind: FeedbackKind;
}

export interface RankedListOptions {
  title: string;
  note: string;
  saved: (job: string) => boolean;
  answer: (given: Given) => void;
}

export class RankedList {
  readonly element: HTMLElement;
  ranking: Recommendations | undefined;
  private readonly head = h('div', {});
  private readonly list = h('ol', {class: 'ranking'});
  private order: string[] | undefined; // before the last change

  constructor(
    readonly agent: Agent,
    private readonly options: RankedListOptions,
  ) {
    this.element = h('section', {class: 'side', 'data-agent': agent, 'aria-label': options.title}, this.head, this.list);
  }

  // With a title where there is another list beside it.
  show(ranking: Recommendations, titled: boolean): void {
    const before = this.jobs();
    this.ranking = ranking;
    const after = this.jobs();
    if (before.length > 0 && before.join() !== after.join()) this.order = before;
    const {title, note} = this.options;
    this.head.replaceChildren(...(titled ? [h('h2', {}, title), h('p', {class: 'note'}, note)] : []));
    this.draw();
  }

  jobs(): string[] {
    return this.ranking?.recommendations.map((job) => job.job_id) ?? [];
  }

  private draw(): void {
    const {recommendations, request_id: requestId} = this.ranking!;
    const moved = this.order === undefined ? undefined : moves(this.order, this.jobs());
    const focused = this.focusedAnswer();
    this.list.replaceChildren(
      ...recommendations.map((job, i) =>
        jobCard({
          job,
          place: i + 1,
          move: moved?.get(job.job_id),
          saved: this.options.saved(job.job_id),
          // To what was shown here, whatever the ranking is when it is its turn.
          answer: (kind) => this.options.answer({job, place: i + 1, requestId, kind}),
        }),
      ),
    );
    // Whoever answers by keyboard goes on at the same place of the list.
    if (focused !== undefined) this.list.querySelectorAll<HTMLButtonElement>(`button[data-answer="${focused.kind}"]:not(:disabled)`)[focused.place]?.focus();
  }

  private focusedAnswer(): {kind: string; place: number} | undefined {
    const kind = (document.activeElement as HTMLElement | null)?.dataset?.['answer'];
    if (kind === undefined || !this.list.contains(document.activeElement)) return undefined;
    const place = [...this.list.children].findIndex((card) => card.contains(document.activeElement));
    return {kind, place};
  }
}
