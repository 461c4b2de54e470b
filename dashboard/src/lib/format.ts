// Numbers as text, the same wherever they stand. A minus is a minus sign, not a hyphen.
import type {Estimate, Interval} from '../report/schema';

const kMinus = '−';

export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  // A rounded -0.00 is 0.
  const unsigned = text.replace('-', '');
  return text.startsWith('-') && Number(unsigned) !== 0 ? kMinus + unsigned : unsigned;
}

export function signed(value: number, digits: number): string {
  const text = fixed(value, digits);
  return value > 0 && Number(value.toFixed(digits)) !== 0 ? `+${text}` : text;
}

type Formatter = (value: number, digits: number) => string;

export function interval(estimate: Interval, digits: number, format: Formatter = fixed): string {
  if (estimate.low === null || estimate.high === null) return '[unknown]';
  return `[${format(estimate.low, digits)}, ${format(estimate.high, digits)}]`;
}

export function withInterval(estimate: Estimate, digits: number, format: Formatter = fixed): string {
  return `${format(estimate.value, digits)} ${interval(estimate, digits, format)}`;
}

export function percent(share: number | null | undefined, digits = 0): string {
  return share === null || share === undefined ? '–' : `${fixed(100 * share, digits)} %`;
}

export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

// Seconds as a reader would say them.
export function duration(seconds: number): string {
  const short = (value: number): string =>
    value >= 99.5 || Number.isInteger(value) ? fixed(value, 0) : fixed(value, value < 1 ? 2 : 1);
  if (seconds < 0.1) return `${short(1000 * seconds)} ms`;
  if (seconds < 100) return `${short(seconds)} s`;
  if (seconds < 6000) return `${short(seconds / 60)} min`;
  return `${short(seconds / 3600)} h`;
}

// A p-value as the field prints it.
export function pValue(p: number): string {
  return p < 0.001 ? '< 0.001' : fixed(p, 3);
}
