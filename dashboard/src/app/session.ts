// What a person has said on this page, kept in the browser until it is cleared: who, every answer, and the
// answers that the server has not acknowledged yet. An answer is sent until it is, under one event id, so that
// a reload or a broken connection neither loses nor doubles it.
import type {Feedback, FeedbackKind} from './api';

export interface Answer {
  feedback: Feedback;
  title: string;
  company: string;
  place: number; // in the ranking at that moment, from 1
  acknowledged: boolean;
}

export interface Session {
  candidate: string; // id; empty: nobody yet
  text: string;
  skills: string;
  answers: Answer[];
}

export interface Storage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const kItem = 'dynajob.session/1';
const kNobody: Session = {candidate: '', text: '', skills: '', answers: []};

export class SessionStore {
  session: Session;

  constructor(private readonly storage: Storage) {
    this.session = this.load();
  }

  begin(candidate: string, text: string, skills: string): void {
    this.session = {candidate, text, skills, answers: []};
    this.save();
  }

  end(): void {
    this.session = {...kNobody, answers: []};
    this.storage.removeItem(kItem);
  }

  add(answer: Answer): void {
    this.session.answers.push(answer);
    this.save();
  }

  acknowledge(eventId: string): void {
    for (const answer of this.session.answers)
      if (answer.feedback.event_id === eventId) answer.acknowledged = true;
    this.save();
  }

  pending(): Feedback[] {
    return this.session.answers.filter((answer) => !answer.acknowledged).map(({feedback}) => feedback);
  }

  kindOf(job: string): FeedbackKind | undefined {
    return this.session.answers.filter(({feedback}) => feedback.job_id === job).at(-1)?.feedback.kind;
  }

  private save(): void {
    this.storage.setItem(kItem, JSON.stringify(this.session));
  }

  // What cannot be read, such as what another version left, is as good as nothing.
  private load(): Session {
    try {
      const found = JSON.parse(this.storage.getItem(kItem) ?? '') as Partial<Session>;
      if (typeof found.candidate === 'string' && Array.isArray(found.answers)) return {...kNobody, ...found};
    } catch {
      // Nothing was kept.
    }
    return {...kNobody, answers: []};
  }
}

// Answers so far that were Apply or Save, as a share, after each answer.
export function likedShare(answers: {feedback: {kind: FeedbackKind}}[]): number[] {
  let liked = 0;
  return answers.map(({feedback}, i) => {
    if (feedback.kind !== 'dismiss') ++liked;
    return liked / (i + 1);
  });
}

// How far each job of `after` has moved up (positive) since `before`; null: it was not there.
export function moves(before: string[], after: string[]): Map<string, number | null> {
  const places = new Map(before.map((job, i) => [job, i]));
  return new Map(
    after.map((job, i) => {
      const place = places.get(job);
      return [job, place === undefined ? null : place - i];
    }),
  );
}
