// How an arm looks, the same in every chart. Hues follow Okabe and Ito (2008), which stay apart for
// colour-blind readers; a dash pattern and a direct label say it again for readers of grey prints.
// A frozen twin has the hue of its arm and a dotted line.

export interface ArmStyle {
  color: string; // CSS, follows light and dark mode
  dash: string; // SVG stroke-dasharray; empty: solid
  width: number;
  filled: boolean; // of its dot: learners are filled, references hollow
}

interface Family {
  color: string;
  dash: string;
}

const kDotted = '2 3';

const kFamilies: Record<string, Family> = {
  baseline: {color: 'var(--arm-ink)', dash: '7 3'},
  cosine: {color: 'var(--arm-blue)', dash: '10 3 2 3'},
  llm: {color: 'var(--arm-orange)', dash: '5 2'},
  hybrid: {color: 'var(--arm-green)', dash: ''},
  'greedy-model': {color: 'var(--arm-purple)', dash: '12 3'},
  linucb: {color: 'var(--arm-sky)', dash: '4 2 1 2'},
  'linucb-cosine': {color: 'var(--arm-sky)', dash: ''},
  thompson: {color: 'var(--arm-brown)', dash: '4 2 1 2'},
  'thompson-cosine': {color: 'var(--arm-brown)', dash: ''},
  random: {color: 'var(--arm-grey)', dash: '1 4'},
  'cosine-rank': {color: 'var(--arm-grey)', dash: '6 3 1 3'},
  'surrogate-rank': {color: 'var(--arm-grey)', dash: '3 2'},
  oracle: {color: 'var(--arm-grey)', dash: ''},
};

// For arms that this file does not know, by their place among the others.
const kSpare: Family[] = [
  {color: 'var(--arm-purple)', dash: '8 2 2 2'},
  {color: 'var(--arm-brown)', dash: '6 2'},
  {color: 'var(--arm-sky)', dash: '3 3'},
];

export const kFrozen = '-frozen';

export function armStyle(name: string, kind: string, place = 0): ArmStyle {
  const frozen = name.endsWith(kFrozen);
  const family =
    kFamilies[frozen ? name.slice(0, -kFrozen.length) : name] ?? kSpare[place % kSpare.length]!;
  return {
    color: family.color,
    dash: frozen ? kDotted : family.dash,
    width: kind === 'learner' ? 2 : 1.25,
    filled: kind === 'learner',
  };
}

// The arms that a chart of lines shows before the reader chooses: what the question is about, and
// the strongest and the weakest reference to measure it by. More would hide each other.
export function shownAtFirst(arms: {name: string; kind: string}[]): Set<string> {
  const wanted = ['baseline', 'cosine', 'llm', 'hybrid', 'cosine-rank', 'oracle'];
  const shown = new Set(wanted.filter((name) => arms.some((arm) => arm.name === name)));
  if (shown.size < 2) for (const arm of arms.slice(0, 6)) shown.add(arm.name);
  return shown;
}
