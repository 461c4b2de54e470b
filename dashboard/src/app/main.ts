// The page at / of dynajob serve: tabs, and the view that the address names.
import {h} from '../lib/dom';
import {key} from './api';
import {kCatalog} from './catalog';
import {kCompare} from './compare';
import {kHealth} from './health';
import {kLearning} from './learning';
import {kLlm} from './llm';
import {SessionStore} from './session';
import {tryIt} from './try_it';
import type {View} from './view';

const views: View[] = [tryIt(new SessionStore(localStorage)), kCompare, kCatalog, kLearning, kLlm, kHealth];
const root = document.getElementById('view')!;
let leave: (() => void) | undefined;

function show(): void {
  leave?.();
  const [name, ...path] = location.hash.slice(1).split('/');
  const view = views.find(({id}) => id === name) ?? views[0]!;
  document.title = `${view.title} · dynajob`;
  const links = views.map(({id, title}) =>
    h('a', {href: `#${id}`, 'aria-current': id === view.id ? 'page' : undefined}, title),
  );
  document.getElementById('tabs')!.replaceChildren(...links);
  leave = view.show(root, decoded(path.join('/')));
}

// What somebody typed need not be well-formed.
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function askForKey(): void {
  const given = window.prompt('API key (kept for this tab only)', key.get());
  if (given === null) return;
  key.set(given.trim());
  show();
}

document.getElementById('key')!.addEventListener('click', askForKey);
window.addEventListener('hashchange', show);
show();
