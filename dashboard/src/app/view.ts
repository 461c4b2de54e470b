// What every page of the app is: it fills an element, and may be told to stop.
import {h} from '../lib/dom';
import {ApiError} from './api';

export interface View {
  id: string;
  title: string;
  // `path`: what follows the id in the address ("#compare/demo"), decoded; empty for the view itself. Returns
  // what ends it, such as a timer.
  show: (root: HTMLElement, path: string) => (() => void) | undefined;
}

export function notice(text: string, kind: 'error' | 'hint' = 'hint'): HTMLElement {
  return h('p', {class: kind === 'error' ? 'notice error' : 'notice', role: kind === 'error' ? 'alert' : 'status'}, text);
}

export function errorText(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.status === 401 || error.status === 403) return `${error.message} Use the button "Key" above.`;
    return error.message;
  }
  throw error;
}

// Runs `work` and shows what the server refused in `place`; errors of the page itself go to the console.
export async function guarded(place: HTMLElement, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    place.replaceChildren(notice(errorText(error), 'error'));
  }
}

// Calls `work` now and every `seconds` while the page is to be seen; a call never overtakes another.
export function repeat(seconds: number, work: () => Promise<void>): () => void {
  let stopped = false;
  let timer = 0;
  const next = async (): Promise<void> => {
    if (!document.hidden) await work();
    if (!stopped) timer = window.setTimeout(() => void next(), 1000 * seconds);
  };
  void next();
  return () => {
    stopped = true;
    window.clearTimeout(timer);
  };
}
