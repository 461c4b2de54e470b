// Who the ranking is for: somebody made up, or a profile that is pasted.
import {h} from '../lib/dom';
import {kSamples} from './samples';
import type {Session} from './session';

const kShort = 70; // characters

function shortened(text: string): string {
  return text.length <= kShort ? text : `${text.slice(0, kShort).replace(/\s+\S*$/, '')} …`;
}

export function profileForm({text, skills, candidate}: Session, begin: (text: string, skills: string) => void): HTMLElement {
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
    begin(textField.value.trim(), skillField.value.trim());
  });
  const who = candidate === '' ? 'Who are you?' : `You: ${shortened(text === '' ? skills : text)}`;
  return h('details', {open: candidate === ''}, h('summary', {}, who), form);
}
