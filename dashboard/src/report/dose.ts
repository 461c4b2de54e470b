// Whether a sweep is a dose-response study, and where its cells stand on the axis. Pure functions.
import type {SweepCellJson} from './schema';

export interface DosePanel {
  title: string; // the other keys' values; empty where there are none
  cells: {index: number; dose: number}[]; // by dose
}

export interface DoseStudy {
  key: string;
  panels: DosePanel[];
}

const kFewest = 3; // doses of a curve

function doseOf(cell: SweepCellJson, key: string): number | undefined {
  const value = cell.overrides[key];
  const dose = value === undefined ? NaN : Number(value);
  return Number.isFinite(dose) ? dose : undefined;
}

// Keys without their section, values without TOML's quotes.
function settingText([key, value]: [string, string]): string {
  return `${key.slice(key.lastIndexOf('.') + 1)} ${value.replace(/^['"](.*)['"]$/, '$1')}`;
}

// The number that is varied, with a panel for each setting of everything else. A cell that leaves the rest
// open, such as a dose of 0, belongs to every panel. Undefined where that gives no curves, as with cells that
// differ in kind.
export function doseStudy(cells: SweepCellJson[], keys: string[]): DoseStudy | undefined {
  const doses = (key: string): Set<number | undefined> =>
    new Set(cells.map((cell) => doseOf(cell, key)));
  const candidates = keys.filter((key) => cells.every((cell) => doseOf(cell, key) !== undefined));
  candidates.sort((a, b) => doses(b).size - doses(a).size);
  const key = candidates[0];
  if (key === undefined || doses(key).size < kFewest) return undefined;
  const rest = cells.map((cell) => Object.entries(cell.overrides).filter(([other]) => other !== key));
  const closed = [...new Set(rest.map((settings) => settings.map(settingText).join(', ')))];
  const open = rest.some((settings) => settings.length === 0);
  const titles = open && closed.length > 1 ? closed.filter((title) => title !== '') : closed;
  const panels = titles.map((title) => ({
    title,
    cells: cells
      .map((cell, index) => ({index, dose: doseOf(cell, key)!}))
      .filter(({index}) => {
        const own = rest[index]!.map(settingText).join(', ');
        return own === title || own === '';
      })
      .sort((a, b) => a.dose - b.dose),
  }));
  // Two cells at one dose in one panel differ in something that the panel does not show.
  const curves = panels.every(
    (panel) =>
      panel.cells.length >= kFewest &&
      new Set(panel.cells.map(({dose}) => dose)).size === panel.cells.length,
  );
  return curves ? {key, panels} : undefined;
}

// Places on an axis: as they are, or by their logarithm where they span decades; 0 then stands a step before
// the smallest.
export function dosePlaces(doses: number[]): {place: (dose: number) => number; logarithmic: boolean} {
  const positive = doses.filter((dose) => dose > 0);
  const smallest = Math.min(...positive);
  const logarithmic =
    positive.length > 1 && Math.min(...doses) >= 0 && Math.max(...positive) / smallest >= 50;
  if (!logarithmic) return {place: (dose) => dose, logarithmic};
  const step = Math.log10(Math.max(...positive) / smallest) / (positive.length - 1);
  return {
    place: (dose) => (dose > 0 ? Math.log10(dose) : Math.log10(smallest) - step),
    logarithmic,
  };
}
