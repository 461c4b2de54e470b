// report.html in a browser: what it draws and says is what results.json holds.
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import type {ArmJson, ProtocolJson, ResultsJson} from '../../src/report/schema';
import {
  complaints,
  dynajob,
  launch,
  overlappingTexts,
  resultsOf,
  screenshot,
  temporaryDirectory,
  tinyDemo,
  valuesOfDots,
} from './support';

const directory = temporaryDirectory();
const run = join(directory.path, 'a run #1');
const report = pathToFileURL(join(run, 'report.html')).href;
let browser: Browser;
let results: ResultsJson;

beforeAll(async () => {
  tinyDemo(run);
  results = resultsOf(run);
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  directory.remove();
});

async function open(width: number, colorScheme: 'light' | 'dark' = 'light', hash = ''): Promise<{page: Page; found: string[]}> {
  const page = await browser.newPage({viewport: {width, height: 900}, colorScheme});
  const found = complaints(page, (url) => url.startsWith(report) || url.startsWith('data:'));
  await page.goto(report + hash);
  await page.waitForSelector('.chart > svg');
  return {page, found};
}

const kFigures = ['learning', 'metrics', 'differences', 'improvement', 'threshold', 'profile', 'cost'];
const kAuditFigures = ['label-confusion', 'label-calibration', 'label-corruption'];

function figureIds(): string[] {
  const perProtocol = results.protocols.flatMap(({name}) => kFigures.map((figure) => `${figure}-${name}`));
  return [...perProtocol, ...kAuditFigures];
}

// A table under a figure as rows of texts, the head first.
async function tableOf(page: Page, figure: string): Promise<string[][]> {
  return page.$$eval(`#${figure} table tr`, (rows) =>
    rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
  );
}

const numbersIn = (text: string): number[] =>
  [...text.replace(/−/g, '-').matchAll(/-?\d+(\.\d+)?/g)].map(([number]) => Number(number));

function decimals(text: string): number {
  return text.match(/\.(\d+)/)?.[1]!.length ?? 0;
}

function expectNumbers(text: string, expected: (number | null)[], what: string): void {
  const known = expected.filter((value): value is number => value !== null);
  const shown = numbersIn(text);
  expect(shown, what).toHaveLength(known.length);
  known.forEach((value, i) =>
    expect(Math.abs(shown[i]! - value), `${what}: ${text} for ${value}`).toBeLessThanOrEqual(
      0.5 * 10 ** -decimals(text) + 1e-9,
    ),
  );
}

// Read here without the page's own code, which is what is tested.
function estimateOf(arm: ArmJson, metric: string): {value: number; low: number | null; high: number | null} {
  const found = arm.metrics[metric] as {iqm?: number; value?: number; low: number | null; high: number | null};
  return {value: found.iqm ?? found.value!, low: found.low, high: found.high};
}

const kColumns = {
  'cumulative reward': 'cumulative_reward',
  jumpstart: 'jumpstart',
  asymptote: 'asymptote',
  regret: 'regret',
  'apply rate': 'apply_rate',
  'optimality gap': 'optimality_gap',
  'normalized score': 'normalized_score',
  'NDCG@10': 'ndcg@10',
  MRR: 'mrr',
  'hit@10': 'hit@10',
};

const armOf = (protocol: ProtocolJson, name: string): ArmJson => protocol.arms.find((arm) => arm.name === name)!;

describe.each([1280, 390])('report.html, %i pixels wide', (width) => {
  let page: Page;
  let found: string[];
  beforeAll(async () => {
    ({page, found} = await open(width));
    await screenshot(page, `report-${width}`);
  });
  afterAll(() => page.close());

  it('opens from the disk without a complaint and asks for nothing', () => {
    expect(found).toEqual([]);
  });

  it('says the verdict before anything else', async () => {
    const text = await page.innerText('main');
    expect(text.split('\n')[0]).toBe('Which warm start was worth it?');
    expect(await page.innerText('header .verdict')).toContain('new-user: ');
    expect(text.indexOf('new-user: ')).toBeLessThan(text.indexOf('Figure 1.'));
  });

  it('has every figure, and each draws marks', async () => {
    expect(await page.$$eval('figure', (figures) => figures.map(({id}) => id))).toEqual(figureIds());
    const empty = await page.$$eval('.chart > svg', (charts) =>
      charts
        .filter((chart) => {
          const marks = chart.querySelectorAll('.line path, .dot circle, .cell rect, .value text');
          return ![...marks].some((mark) => {
            const {width, height} = mark.getBoundingClientRect();
            return width + height > 1;
          });
        })
        .map((chart) => chart.getAttribute('aria-label')),
    );
    expect(empty).toEqual([]);
  });

  it('is no wider than the screen, and its texts are large enough and apart', async () => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const sizes = await page.$$eval('.chart > svg text', (texts) =>
      texts.map((text) => {
        const svg = text.closest('svg')!;
        const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
        return scale * Number.parseFloat(getComputedStyle(text).fontSize);
      }),
    );
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
    expect(await overlappingTexts(page)).toEqual([]);
  });
});

describe('the numbers of report.html', () => {
  let page: Page;
  beforeAll(async () => {
    ({page} = await open(1280));
  });
  afterAll(() => page.close());

  it('are those of results.json in the table of arms', async () => {
    for (const protocol of results.protocols) {
      const [head, ...rows] = await tableOf(page, `metrics-${protocol.name}`);
      expect(rows.map(([name]) => name).sort()).toEqual(protocol.arms.map(({name}) => name).sort());
      for (const row of rows) {
        const arm = armOf(protocol, row[0]!);
        for (const [name, metric] of Object.entries(kColumns)) {
          const estimate = estimateOf(arm, metric);
          const cell = row[head!.indexOf(name)]!;
          expectNumbers(cell, [estimate.value, estimate.low, estimate.high], `${arm.name} ${name}`);
        }
        const {median, reached} = arm.metrics.steps_to_threshold;
        const steps = row[head!.indexOf('steps to threshold')]!;
        if (median === null) expect(steps).toBe('not reached');
        else expect(numbersIn(steps)[0]).toBe(median);
        expectNumbers(row[head!.indexOf('reached')]!, [100 * reached], `${arm.name} reached`);
      }
    }
  });

  it('are those of results.json in curves, profiles and costs', async () => {
    for (const protocol of results.protocols) {
      const [head, ...rows] = await tableOf(page, `learning-${protocol.name}`);
      head!.slice(1).forEach((name, column) => {
        const {curve} = armOf(protocol, name);
        expect(rows).toHaveLength(curve.step.length);
        rows.forEach((row, i) => {
          expect(row[0]).toBe(String(curve.step[i]));
          expectNumbers(row[column + 1]!, [curve.iqm[i]!, curve.low[i]!, curve.high[i]!], `${name} at ${row[0]}`);
        });
      });
      const [profileHead, ...profileRows] = await tableOf(page, `profile-${protocol.name}`);
      profileHead!.slice(1).forEach((name, column) => {
        const profile = armOf(protocol, name).profile!;
        profileRows.forEach((row, i) =>
          expectNumbers(row[column + 1]!, [profile.share[i]!, profile.low[i]!, profile.high[i]!], name),
        );
      });
      const [costHead, ...costRows] = await tableOf(page, `cost-${protocol.name}`);
      for (const row of costRows) {
        const {cost} = armOf(protocol, row[0]!);
        const cell = (name: string): number => Number(row[costHead!.indexOf(name)]!.replace(/,/g, ''));
        expect([cell('LLM labels'), cell('environment steps'), cell('updates')]).toEqual([
          cost.llm_calls,
          cost.env_steps,
          cost.updates,
        ]);
      }
    }
  });

  it('are those of results.json in the comparisons and the matrix', async () => {
    for (const protocol of results.protocols) {
      const headline = protocol.comparisons.filter(({metric}) => metric === 'cumulative_reward');
      const family = headline.filter(({holm}) => holm !== undefined);
      const [head, ...rows] = await tableOf(page, `differences-${protocol.name}`);
      expect(rows).toHaveLength(family.length);
      for (const row of rows) {
        const comparison = family.find(({a, b}) => row[0] === `${a} − ${b}`)!;
        const {difference, holm, probability_of_improvement: chance} = comparison;
        const cell = (name: string): string => row[head!.indexOf(name)]!.replace(/\+/g, '');
        expectNumbers(cell('difference [95 %]'), [difference.iqm, difference.low, difference.high], row[0]!);
        expectNumbers(cell('after Holm'), [difference.iqm, holm!.low, holm!.high], row[0]!);
        expectNumbers(cell('P(improvement)'), [chance.value, chance.low, chance.high], row[0]!);
        const decided = holm!.low! > 0 ? 'better' : holm!.high! < 0 ? 'worse' : 'cannot be told apart';
        expect(cell('verdict')).toBe(decided);
      }
      const [columns, ...matrix] = await tableOf(page, `improvement-${protocol.name}`);
      for (const {a, b, probability_of_improvement: chance} of headline) {
        const row = matrix.find(([name]) => name === a)!;
        const mirrored = matrix.find(([name]) => name === b)!;
        expectNumbers(row[columns!.indexOf(b)]!, [chance.value], `${a} beats ${b}`);
        expectNumbers(mirrored[columns!.indexOf(a)]!, [1 - chance.value], `${b} beats ${a}`);
      }
    }
  });

  it('are where the dots stand on their axes', async () => {
    for (const protocol of results.protocols) {
      const [, ...rows] = await tableOf(page, `metrics-${protocol.name}`);
      const panels = ['cumulative_reward', 'regret', 'jumpstart', 'asymptote'];
      for (const [i, metric] of panels.entries()) {
        const chart = `#metrics-${protocol.name} .chart > svg:nth-of-type(${i + 1})`;
        const drawn = await valuesOfDots(page, chart, '.dot circle');
        const expected = rows.map(([name]) => estimateOf(armOf(protocol, name!), metric).value);
        const range = Math.max(...expected) - Math.min(...expected);
        expect(drawn).toHaveLength(expected.length);
        drawn.forEach((value, k) => expect(Math.abs(value - expected[k]!)).toBeLessThan(0.02 * range));
      }
    }
  });

  it('are those of the audit of labels', async () => {
    const audit = JSON.parse(readFileSync(join(run, 'label_audit.json'), 'utf8')) as {confusion: number[][]};
    const [, ...rows] = await tableOf(page, 'label-confusion');
    rows.forEach((row, i) => row.slice(1).forEach((cell, j) => expectNumbers(cell, [audit.confusion[i]![j]!], row[0]!)));
  });

  it('come with what is needed to run it again', async () => {
    expect(await page.textContent('pre.config')).toBe(readFileSync(join(run, 'config.toml'), 'utf8'));
  });
});

describe('report.html for its reader', () => {
  it('shows the value under the pointer', async () => {
    const {page} = await open(1280);
    const dot = page.locator('#metrics-new-user .chart > svg:first-of-type .dot circle').first();
    await dot.hover();
    const best = (await tableOf(page, 'metrics-new-user'))[1]!;
    const tip = page.locator('#metrics-new-user .chart > svg:first-of-type [aria-label="tip"] text');
    await expect.poll(() => tip.textContent()).toContain(`cumulative reward ${best[2]}`);
    await page.close();
  });

  it('lets the keyboard choose arms and open tables', async () => {
    const {page, found} = await open(1280);
    const lines = page.locator('#learning-new-user .chart > svg:first-of-type .line path');
    const before = await lines.count();
    await page.focus('#protocol-new-user input[name="random"]');
    await page.keyboard.press('Space');
    expect(await lines.count()).toBe(before + 1);
    expect(await page.isChecked('#protocol-new-system input[name="random"]')).toBe(true);
    await page.focus('#learning-new-user summary');
    await page.keyboard.press('Enter');
    expect(await page.isVisible('#learning-new-user table')).toBe(true);
    expect(found).toEqual([]);
    await page.close();
  });

  it('has a title for every chart and a table for every figure', async () => {
    const {page} = await open(1280);
    const silent = await page.$$eval('.chart > svg', (charts) => charts.filter((chart) => !chart.getAttribute('aria-label')).length);
    expect(silent).toBe(0);
    expect(await page.locator('figure:not(:has(table))').count()).toBe(0);
    await page.close();
  });

  it('is dark where the reader’s screen is, and light on paper', async () => {
    const {page, found} = await open(1280, 'dark');
    const paper = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await paper()).toBe('rgb(22, 22, 22)');
    await screenshot(page, 'report-dark');
    await page.emulateMedia({media: 'print'});
    expect(await paper()).toBe('rgb(255, 255, 255)');
    expect(found).toEqual([]);
    await page.close();
  });

  it('prints on A4', async () => {
    const {page} = await open(1280);
    const pdf = (await page.pdf({preferCSSPageSize: true})).toString('latin1');
    const boxes = [...pdf.matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)];
    expect(boxes.length).toBeGreaterThan(3);
    for (const [, width, height] of boxes) {
      expect(Math.round(Number(width))).toBe(595);
      expect(Math.round(Number(height))).toBe(842);
    }
    await page.close();
  });

  it('treats the texts of a run as text', async () => {
    const page = await browser.newPage();
    const found = complaints(page, () => true);
    // As it would come from a run whose arm bears such a name.
    const evil = '</script><img src=x onerror="document.title=1">';
    const html = readFileSync(join(run, 'report.html'), 'utf8').replaceAll('"cosine-rank"', JSON.stringify(evil).replaceAll('<', '\\u003c'));
    await page.setContent(html);
    await page.waitForSelector('.chart > svg');
    expect(await page.textContent('main')).toContain(evil);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toBe('dynajob report');
    expect(found).toEqual([]);
    await page.close();
  });
});

describe('dynajob report', () => {
  it('writes figures as PNG and numbers as CSV', () => {
    const png = join(directory.path, 'figures');
    const csv = join(directory.path, 'numbers');
    const printed = dynajob('report', run, '--png', png, '--csv', csv, '--quiet');
    expect(readdirSync(png).sort()).toEqual(figureIds().map((id) => `${id}.png`).sort());
    for (const name of readdirSync(png)) {
      const bytes = readFileSync(join(png, name));
      expect(printed).toContain(name);
      expect(bytes.subarray(1, 4).toString()).toBe('PNG');
      // The size stands in the first chunk. Nothing narrower than a third of the column was drawn.
      expect(bytes.readUInt32BE(16), name).toBeGreaterThan(700);
      expect(bytes.length, name).toBeGreaterThan(10_000);
    }
    const metrics = readFileSync(join(csv, 'metrics.csv'), 'utf8');
    for (const {name, arms} of results.protocols)
      for (const arm of arms) {
        const {value, low, high} = estimateOf(arm, 'regret');
        const row = metrics.split('\r\n').find((line) => line.startsWith(`${name},${arm.name},${arm.kind},regret,`))!;
        expect(row.split(',').slice(4).map(Number)).toEqual([value, low, high]);
      }
  });
});
