// What a person has said on this page, kept in the browser until it is cleared: who, every answer, and the
// answers that the server has not acknowledged yet. An answer is sent until it is, under one event id, so that
// a reload or a broken connection neither loses nor doubles it.
import type {Agent, Feedback, FeedbackKind, Profile} from './api';

export interface Answer {
  feedback: Feedback;
  title: string;
  company: string;
  place: number; // in the list that it was given in, from 1
  lists?: Agent[]; // which of two lists had the job at that moment; absent: there was one list only
  acknowledged: boolean;
}

export interface Session {
  candidate: string; // id; empty: nobody yet
  // Whether the server knows the person. Where the key does not allow that, profile and answers stay here and
  // nothing is learned from them.
  stored: boolean;
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
const kNobody: Session = {candidate: '', stored: true, text: '', skills: '', answers: []};
const kMostExcluded = 1000; // that a request may name

export class SessionStore {
  session: Session;

  constructor(private readonly storage: Storage) {
    this.session = this.load();
  }

  begin(candidate: string, stored: boolean, text: string, skills: string): void {
    this.session = {candidate, stored, text, skills, answers: []};
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

  // Jobs that are not to be shown again, where the server does not know about them: the newest.
  settled(): string[] {
    const jobs = this.session.answers.filter(({feedback}) => feedback.kind !== 'save').map(({feedback}) => feedback.job_id);
    return [...new Set(jobs)].slice(-kMostExcluded);
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

export function skillList(text: string): string[] {
  return text.split(/[,;\n]/).map((skill) => skill.trim()).filter((skill) => skill !== '');
}

// What the person has told, as the API takes it.
export function profileOf({candidate, text, skills}: Pick<Session, 'candidate' | 'text' | 'skills'>): Profile {
  const profile: Profile = {id: candidate};
  if (text !== '') {
    profile.bio = text;
    profile.resume = text;
  }
  if (skills !== '') profile.hard_skills = skillList(skills);
  return profile;
}

export interface SharePoint {
  answer: number; // from 1, of all answers
  share: number;
}

// Of the answers so far that count, the share that were Apply or Save, after each of them.
export function likedShare(
  answers: Pick<Answer, 'feedback' | 'lists'>[],
  counts: (answer: Pick<Answer, 'feedback' | 'lists'>) => boolean = () => true,
): SharePoint[] {
  const points: SharePoint[] = [];
  let liked = 0;
  answers.forEach((answer, i) => {
    if (!counts(answer)) return;
    if (answer.feedback.kind !== 'dismiss') ++liked;
    points.push({answer: i + 1, share: liked / (points.length + 1)});
  });
  return points;
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
