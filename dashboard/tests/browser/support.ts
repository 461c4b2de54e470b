// A browser for the tests, a run of dynajob to look at, and helpers that read charts as a reader would.
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {type Browser, chromium, type Page} from 'playwright-core';

import type {ResultsJson} from '../../src/report/schema';

export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} has to be set for this test`);
  return value;
}

export const kBinary = required('DYNAJOB_BINARY');

export function dynajob(...arguments_: string[]): string {
  return execFileSync(kBinary, arguments_, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
}

export function temporaryDirectory(): {path: string; remove: () => void} {
  const path = mkdtempSync(join(tmpdir(), 'dynajob-dashboard-'));
  return {path, remove: () => rmSync(path, {recursive: true, force: true})};
}

// The smallest run that has every figure: seconds, not minutes.
export const kTiny = [
  'market.jobs=80',
  'market.candidates=24',
  'embeddings.dimension=16',
  'network.q_layers=16',
  'network.world_model_layers=16',
  'pretrain.cosine.steps=200',
  'pretrain.llm.steps=100',
  'pretrain.hybrid_llm.steps=100',
  'pretrain.hybrid_rollout_steps=20',
  'pretrain.minimum_updates=50',
  'pretrain.candidate_set_size=10',
  'compare.seeds=3',
  'compare.candidates=4',
  'compare.steps=14',
  'compare.candidate_set_size=10',
  'compare.resamples=100',
  'judge.calibration_pairs=2000',
];

export function tinyDemo(out: string): void {
  dynajob('demo', '--out', out, '--quiet', ...kTiny.flatMap((setting) => ['--set', setting]));
}

export function resultsOf(run: string): ResultsJson {
  return JSON.parse(readFileSync(join(run, 'results.json'), 'utf8')) as ResultsJson;
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: required('DYNAJOB_BROWSER'),
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

// Everything that a page complains about, and everything that it asks for besides itself.
export function complaints(page: Page, own: (url: string) => boolean): string[] {
  const found: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) found.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => found.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => found.push(`failed: ${request.url().slice(0, 200)}`));
  page.on('request', (request) => {
    if (!own(request.url())) found.push(`request: ${request.url().slice(0, 200)}`);
  });
  return found;
}

export async function screenshot(page: Page, name: string): Promise<void> {
  const directory = process.env['DYNAJOB_SCREENSHOTS'];
  if (directory === undefined) return;
  mkdirSync(directory, {recursive: true});
  await page.screenshot({path: join(directory, `${name}.png`), fullPage: true});
}

// The values at which circles stand, read off an axis' tick labels.
export function valuesOfDots(page: Page, chart: string, marks: string): Promise<number[]> {
  return page.evaluate(
    ([chart, marks]) => {
      const svg = document.querySelector(chart!)!;
      const centre = (element: Element): number => {
        const box = element.getBoundingClientRect();
        return box.left + box.width / 2;
      };
      const ticks = [...svg.querySelectorAll('[aria-label="x-axis tick label"] text')].map(
        (tick) => ({at: centre(tick), value: Number(tick.textContent!.replace('−', '-'))}),
      );
      const first = ticks[0]!;
      const last = ticks[ticks.length - 1]!;
      const scale = (last.value - first.value) / (last.at - first.at);
      return [...svg.querySelectorAll(marks!)].map(
        (mark) => first.value + (centre(mark) - first.at) * scale,
      );
    },
    [chart, marks],
  );
}

// Pairs of texts in charts that lie on each other, by more than their edges.
export function overlappingTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const svg of document.querySelectorAll('.chart > svg')) {
      const texts = [...svg.querySelectorAll('text')]
        .filter((text) => text.textContent !== '')
        .map((text) => ({words: text.textContent!, box: text.getBoundingClientRect()}));
      texts.forEach((a, i) => {
        for (const b of texts.slice(i + 1)) {
          const x = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
          const y = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
          if (x > 2 && y > 4) found.push(`${svg.closest('figure')!.id}: '${a.words}' on '${b.words}'`);
        }
      });
    }
    return found;
  });
}

// Texts whose contrast with what is behind them is below 4.5 to 1 (WCAG 2.2, 1.4.3). Of those that are switched off
// none is asked for.
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const channels = (color: string): number[] => (/[\d.]+/g[Symbol.match](color) ?? []).map(Number);
    const luminance = (color: number[]): number => {
      const [r, g, b] = color.slice(0, 3).map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    const behind = (element: Element): number[] => {
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        const color = channels(getComputedStyle(at).backgroundColor);
        if (color.length === 3 || color[3]! > 0) return color;
      }
      return [255, 255, 255];
    };
    const found: string[] = [];
    for (const element of document.querySelectorAll('body *:not(svg *, script, noscript, :disabled)')) {
      const words = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent!.trim()).join('');
      if (words === '' || element.getClientRects().length === 0) continue;
      const [a, b] = [luminance(channels(getComputedStyle(element).color)), luminance(behind(element))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 4.5) found.push(`${contrast.toFixed(2)}: ${words.slice(0, 60)}`);
    }
    return found;
  });
}
