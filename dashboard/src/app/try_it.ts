// Try it: say who you are, see ten jobs with reasons, answer, and watch the ranking move, beside that of an agent
// that began with random weights and gets the same answers, where the server has one.
import {h} from '../lib/dom';
import {type Agent, ApiError, ask, type Feedback, readLearning, recommend, recommendProfile, type Recommendations} from './api';
import {answerCurve} from './answer_curve';
import {kAnswers} from './job_card';
import {profileForm} from './profile_form';
import {type Given, RankedList} from './ranked_list';
import {profileOf, type SessionStore} from './session';
import {guarded, notice, repeat, type View} from './view';

const kShown = 10;
const kPollSeconds = 3;
const kWidth = 360; // of the curve, where the page has not been laid out yet

export function tryIt(store: SessionStore): View {
  return {id: 'try', title: 'Try it', show: (root) => new TryIt(store, root).start()};
}

class TryIt {
  private readonly form = h('section', {class: 'profile'});
  private readonly hint = h('div', {});
  private readonly message = h('div', {'aria-live': 'polite'});
  private readonly sides = h('div', {class: 'sides'});
  private readonly answers = h('section', {class: 'given'});
  private readonly served = this.side('served', 'This model', 'What is served here, learning from the answers.');
  private readonly random = this.side('random-start', 'Random start', 'The same networks from random weights, with the same answers.');
  private readonly jump = h('button', {type: 'button', class: 'jump', hidden: true}, 'Random start ↓');
  private compared = false;
  private refreshes = 0;

  constructor(
    private readonly store: SessionStore,
    private readonly root: HTMLElement,
  ) {}

  start(): () => void {
    this.root.replaceChildren(
      h('h1', {}, 'Which jobs would you be shown?'),
      h('div', {class: 'columns'}, this.form, h('div', {class: 'jobs'}, this.hint, this.message, this.jump, this.sides), this.answers),
    );
    this.jump.addEventListener('click', () => this.random.element.scrollIntoView());
    const {session} = this.store;
    this.form.replaceChildren(profileForm(session, (text, skills) => void this.run(() => this.begin(text, skills))));
    this.drawAnswers();
    if (session.candidate === '') {
      this.message.replaceChildren(notice('Pick a person or paste a profile to see the ranking.'));
      return () => undefined;
    }
    if (!session.stored)
      this.hint.replaceChildren(
        notice('Your key may not store people, so nothing that you say here leaves this browser but the profile, to be ranked for. What you apply to or ignore is not shown again; nobody learns from it.'),
      );
    void this.run(async () => {
      this.compared = (await readLearning(0)).random_start !== null;
      await this.catchUp();
    });
    return repeat(kPollSeconds, () => this.followModels());
  }

  private side(agent: Agent, title: string, note: string): RankedList {
    return new RankedList(agent, {
      title,
      note,
      saved: (job) => this.store.kindOf(job) === 'save',
      answer: (given) => void this.run(() => this.answer(given)),
    });
  }

  private run(work: () => Promise<void>): Promise<void> {
    this.message.replaceChildren();
    return guarded(this.message, work);
  }

  private async begin(text: string, skills: string): Promise<void> {
    if (text === '' && skills === '') {
      this.message.replaceChildren(notice('Write a sentence about yourself, or name a skill.'));
      return;
    }
    const candidate = `try-${crypto.randomUUID()}`;
    let stored = true;
    try {
      await ask('POST', '/v1/candidates', profileOf({candidate, text, skills}));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 403)) throw error;
      stored = false; // the key may not; to be ranked for needs no more than to read
    }
    this.store.begin(candidate, stored, text, skills);
    this.showAnew();
  }

  // From here on as after a reload.
  private showAnew(): void {
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

  private ask(agent: Agent): Promise<Recommendations> {
    const {session} = this.store;
    return session.stored
      ? recommend(session.candidate, kShown, agent)
      : recommendProfile(profileOf(session), this.store.settled(), kShown, agent);
  }

  private async refresh(): Promise<void> {
    const turn = ++this.refreshes;
    const [served, random] = await Promise.all([this.ask('served'), this.compared ? this.ask('random-start') : undefined]);
    // A reply from before an answer may come after that of the answer.
    if (turn !== this.refreshes) return;
    this.served.show(served, this.compared);
    if (random !== undefined) this.random.show(random, true);
    const lists = random === undefined ? [this.served] : [this.served, this.random];
    this.jump.hidden = random === undefined;
    if (this.sides.childElementCount !== lists.length) this.sides.replaceChildren(...lists.map(({element}) => element));
    if (served.recommendations.length === 0) this.message.replaceChildren(notice('No job is left to show to this person.'));
    if (served.degraded)
      this.message.replaceChildren(notice(`The store is away; jobs are as they were ${Math.round(served.degraded.age_seconds)} s ago.`));
  }

  // A learner may publish another policy at any time.
  private async followModels(): Promise<void> {
    const [served, random] = [this.served.ranking, this.random.ranking];
    if (served === undefined || this.store.pending().length > 0) return;
    await guarded(this.message, async () => {
      const learning = await readLearning(0);
      const moved = random !== undefined && learning.random_start !== null && learning.random_start.model_version !== random.model_version;
      if (learning.model_version !== served.model_version || moved) await this.refresh();
    });
  }

  private async answer({job, place, requestId, kind}: Given): Promise<void> {
    const {candidate, stored} = this.store.session;
    const lists = [this.served, this.random].filter((list) => list.jobs().includes(job.job_id)).map(({agent}) => agent);
    const feedback: Feedback = {event_id: crypto.randomUUID(), candidate_id: candidate, job_id: job.job_id, kind};
    if (requestId !== null) feedback.request_id = requestId;
    this.store.add({feedback, title: job.title, company: job.company, place, acknowledged: !stored, ...(this.compared ? {lists} : {})});
    this.drawAnswers();
    await this.catchUp();
  }

  private drawAnswers(): void {
    const {answers, candidate, stored} = this.store.session;
    if (candidate === '') {
      this.answers.replaceChildren();
      return;
    }
    const clear = h('button', {type: 'button'}, 'Forget all this');
    clear.addEventListener('click', () => {
      void this.run(async () => {
        if (stored) await ask('DELETE', `/v1/candidates/${encodeURIComponent(candidate)}`);
        this.store.end();
        this.showAnew();
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
      ...answerCurve(answers, this.form.clientWidth || kWidth),
      h('ol', {class: 'log', reversed: true}, ...items.reverse()),
      clear,
    );
  }
}
