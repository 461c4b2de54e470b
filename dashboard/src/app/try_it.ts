// Try it: say who you are, see ten jobs with reasons, answer, and watch the ranking move.
import {kNarrow} from '../charts/common';
import {lineChart} from '../charts/line_chart';
import {h} from '../lib/dom';
import {percent} from '../lib/format';
import {ask, type Feedback, type FeedbackKind, type Health, type Profile, recommend, type Recommendation, type Recommendations} from './api';
import {jobCard, kAnswers} from './job_card';
import {kSamples} from './samples';
import {likedShare, moves, type SessionStore} from './session';
import {guarded, notice, repeat, type View} from './view';

const kShown = 10;
const kPollSeconds = 3;

export function tryIt(store: SessionStore): View {
  return {id: 'try', title: 'Try it', show: (root) => new TryIt(store, root).start()};
}

function skillList(text: string): string[] {
  return text.split(/[,;\n]/).map((skill) => skill.trim()).filter((skill) => skill !== '');
}

const kShort = 70; // characters

function shortened(text: string): string {
  return text.length <= kShort ? text : `${text.slice(0, kShort).replace(/\s+\S*$/, '')} …`;
}

class TryIt {
  private readonly form = h('section', {class: 'profile'});
  private readonly message = h('div', {'aria-live': 'polite'});
  private readonly list = h('ol', {class: 'ranking'});
  private readonly answers = h('section', {class: 'given'});
  private ranking: Recommendations | undefined;
  private refreshes = 0;
  private order: string[] | undefined; // before the last change

  constructor(
    private readonly store: SessionStore,
    private readonly root: HTMLElement,
  ) {}

  start(): () => void {
    this.root.replaceChildren(
      h('h1', {}, 'Which jobs would you be shown?'),
      h('div', {class: 'columns'}, this.form, h('section', {class: 'jobs'}, this.message, this.list), this.answers),
    );
    this.drawForm();
    this.drawAnswers();
    if (this.store.session.candidate === '') {
      this.message.replaceChildren(notice('Pick a person or paste a profile to see the ranking.'));
      return () => undefined;
    }
    void this.run(() => this.catchUp());
    return repeat(kPollSeconds, () => this.followModel());
  }

  private run(work: () => Promise<void>): Promise<void> {
    this.message.replaceChildren();
    return guarded(this.message, work);
  }

  private drawForm(): void {
    const {text, skills, candidate} = this.store.session;
    const textField = h('textarea', {id: 'profile', rows: 6, maxlength: 100000});
    textField.value = text;
    const skillField = h('input', {id: 'skills', type: 'text', autocomplete: 'off'});
    skillField.value = skills;
    const samples = kSamples.map((sample) => {
      const button = h('button', {type: 'button', 'data-sample': sample.name}, sample.name);
      button.addEventListener('click', () => {
        textField.value = sample.text;
        skillField.value = sample.skills;
        textField.focus();
      });
      return button;
    });
    const show = h('button', {type: 'submit', class: 'main'}, candidate === '' ? 'Show jobs' : 'Start over with this profile');
    const form = h(
      'form',
      {},
      h('p', {class: 'samples'}, 'Pick a person: ', ...samples),
      h('label', {for: 'profile'}, 'or paste a profile or a résumé'),
      textField,
      h('label', {for: 'skills'}, 'Skills, with commas between them'),
      skillField,
      show,
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.run(() => this.begin(textField.value.trim(), skillField.value.trim()));
    });
    const who = candidate === '' ? 'Who are you?' : `You: ${shortened(text === '' ? skills : text)}`;
    this.form.replaceChildren(h('details', {open: candidate === ''}, h('summary', {}, who), form));
  }

  private async begin(text: string, skills: string): Promise<void> {
    if (text === '' && skills === '') {
      this.message.replaceChildren(notice('Write a sentence about yourself, or name a skill.'));
      return;
    }
    const id = `try-${crypto.randomUUID()}`;
    const profile: Profile = {id};
    if (text !== '') {
      profile.bio = text;
      profile.resume = text;
    }
    if (skills !== '') profile.hard_skills = skillList(skills);
    await ask('POST', '/v1/candidates', profile);
    this.store.begin(id, text, skills);
    this.order = undefined;
    // From here on as after a reload.
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  }

  // What the server has not acknowledged goes first: the ranking depends on it.
  private async catchUp(): Promise<void> {
    for (const feedback of this.store.pending()) await this.send(feedback);
    await this.refresh();
  }

  private async send(feedback: Feedback): Promise<void> {
    await ask('POST', '/v1/feedback', feedback);
    this.store.acknowledge(feedback.event_id);
    this.drawAnswers();
  }

  private async refresh(): Promise<void> {
    const turn = ++this.refreshes;
    const before = this.ranking?.recommendations.map((job) => job.job_id);
    const ranking = await recommend(this.store.session.candidate, kShown);
    // A reply from before an answer may come after that of the answer.
    if (turn !== this.refreshes) return;
    this.ranking = ranking;
    const after = this.ranking.recommendations.map((job) => job.job_id);
    if (before !== undefined && before.join() !== after.join()) this.order = before;
    this.drawRanking();
  }

  // A learner may publish another policy at any time.
  private async followModel(): Promise<void> {
    if (this.ranking === undefined || this.store.pending().length > 0) return;
    const {model_version: version} = this.ranking;
    await guarded(this.message, async () => {
      const health = await ask<Health>('GET', '/health/ready');
      if (health.model_version !== undefined && health.model_version !== version) await this.refresh();
    });
  }

  private drawRanking(): void {
    const {recommendations, request_id: requestId, degraded} = this.ranking!;
    const jobs = recommendations.map((job) => job.job_id);
    const moved = this.order === undefined ? undefined : moves(this.order, jobs);
    const focused = this.focusedAnswer();
    this.list.replaceChildren(
      ...recommendations.map((job, i) =>
        jobCard({
          job,
          place: i + 1,
          move: moved?.get(job.job_id),
          saved: this.store.kindOf(job.job_id) === 'save',
          // To what was shown here, whatever the ranking is when it is its turn.
          answer: (kind) => void this.run(() => this.answer(job, i + 1, requestId, kind)),
        }),
      ),
    );
    if (jobs.length === 0) this.message.replaceChildren(notice('No job is left to show to this person.'));
    if (degraded)
      this.message.replaceChildren(notice(`The store is away; jobs are as they were ${Math.round(degraded.age_seconds)} s ago.`));
    // Whoever answers by keyboard goes on at the same place of the list.
    if (focused !== undefined) this.list.querySelectorAll<HTMLButtonElement>(`button[data-answer="${focused.kind}"]:not(:disabled)`)[focused.place]?.focus();
  }

  private focusedAnswer(): {kind: string; place: number} | undefined {
    const kind = (document.activeElement as HTMLElement | null)?.dataset?.['answer'];
    if (kind === undefined || !this.list.contains(document.activeElement)) return undefined;
    const place = [...this.list.children].findIndex((card) => card.contains(document.activeElement));
    return {kind, place};
  }

  private async answer(job: Recommendation, place: number, requestId: string, kind: FeedbackKind): Promise<void> {
    const feedback: Feedback = {
      event_id: crypto.randomUUID(),
      candidate_id: this.store.session.candidate,
      job_id: job.job_id,
      kind,
      request_id: requestId,
    };
    this.store.add({feedback, title: job.title, company: job.company, place, acknowledged: false});
    this.drawAnswers();
    await this.catchUp();
  }

  private drawAnswers(): void {
    const {answers, candidate} = this.store.session;
    if (candidate === '') {
      this.answers.replaceChildren();
      return;
    }
    const clear = h('button', {type: 'button'}, 'Forget all this');
    clear.addEventListener('click', () => {
      const id = this.store.session.candidate;
      void this.run(async () => {
        await ask('DELETE', `/v1/candidates/${encodeURIComponent(id)}`);
        this.store.end();
        window.dispatchEvent(new HashChangeEvent('hashchange'));
      });
    });
    const items = answers.map(({feedback, title, place, acknowledged}) =>
      h(
        'li',
        {'data-event': feedback.event_id},
        h('strong', {}, kAnswers.find(({kind}) => kind === feedback.kind)!.done),
        ` ${title} (place ${place})`,
        !acknowledged && h('em', {}, ' – not sent yet'),
      ),
    );
    this.answers.replaceChildren(
      h('h2', {}, `Your answers (${answers.length})`),
      ...(answers.length > 1 ? [this.curve()] : []),
      h('ol', {class: 'log', reversed: true}, ...items.reverse()),
      clear,
    );
  }

  private curve(): HTMLElement {
    const shares = likedShare(this.store.session.answers);
    const width = Math.min(this.form.clientWidth || 360, kNarrow - 1);
    const chart = lineChart(
      [
        {
          name: percent(shares[shares.length - 1]),
          style: {color: 'var(--arm-green)', dash: '', width: 2, filled: true},
          band: false,
          points: shares.map((y, i) => ({x: i + 1, y, low: null, high: null})),
        },
      ],
      {
        width,
        height: 200,
        xLabel: 'answer',
        yLabel: 'applied or saved, of all so far',
        yDomain: [0, 1],
        percentY: true,
        ariaLabel: `Share of answers that were Apply or Save: ${percent(shares[shares.length - 1])} of ${shares.length}`,
        tip: (_, {x, y}) => `after ${x} answers: ${percent(y)}`,
      },
    );
    return h('div', {class: 'chart'}, chart);
  }
}
