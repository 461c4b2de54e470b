// The page of a sweep. Its cells are runs of the same tiny comparison at doses that are made up.
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

import type {Browser} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {type ComparisonJson, metricOf, type ResultsJson, type SweepJson} from '../../src/report/schema';
import {complaints, dynajob, launch, overlappingTexts, resultsOf, screenshot, temporaryDirectory, tinyDemo} from './support';

const directory = temporaryDirectory();
let browser: Browser;
let results: ResultsJson;

beforeAll(async () => {
  const run = join(directory.path, 'run');
  tinyDemo(run);
  results = resultsOf(run);
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  directory.remove();
});

const headline = (comparisons: ComparisonJson[]): ComparisonJson[] =>
  comparisons.filter(({metric, holm}) => metric === 'cumulative_reward' && holm !== undefined);

// One cell for each label, all with the results of the run.
function sweepOf(cells: {label: string; overrides: Record<string, string>}[]): SweepJson {
  const [first] = results.protocols;
  const [contrast] = headline(first!.comparisons);
  const {a, b: _b, ...difference} = contrast!;
  return {
    schema: 'dynajob.sweep/1',
    name: null,
    question: null,
    seeds: results.seeds,
    llm: results.llm,
    keys: [...new Set(cells.flatMap(({overrides}) => Object.keys(overrides)))],
    cells: cells.map((cell, i) => ({
      ...cell,
      protocols: results.protocols.map((protocol) => ({
        ...protocol,
        arms: protocol.arms.map((arm) => ({...arm, run_by: i})),
      })),
    })),
    contrasts: [{...difference, protocol: first!.name, arm: a, a: 1, b: 0}],
  };
}

function reportOf(name: string, sweep: SweepJson): string {
  const run = join(directory.path, name);
  mkdirSync(run);
  writeFileSync(join(run, 'sweep.json'), JSON.stringify(sweep));
  dynajob('report', run);
  return pathToFileURL(join(run, 'report.html')).href;
}

const kDoses = ['0', '0.2', '0.4'].map((dose) => ({
  label: `corruption=${dose}`,
  overrides: {'surrogate.corruption': dose},
}));
const kKinds = [
  {label: 'none', overrides: {'agent.planning_steps': '0'}},
  {label: 'control: 21 real updates', overrides: {'agent.planning_steps': '0', 'online.updates_per_step': '21'}},
];

describe.each([
  {name: 'doses', cells: kDoses, first: 'dose'},
  {name: 'kinds', cells: kKinds, first: 'cells'},
])('a sweep over $name', ({name, cells, first}) => {
  let url: string;
  beforeAll(() => {
    url = reportOf(name, sweepOf(cells));
  });

  it.each([1280, 390])('draws, fits and says nothing wrong at %i pixels', async (width) => {
    const page = await browser.newPage({viewport: {width, height: 900}});
    const found = complaints(page, (request) => request.startsWith(url));
    await page.goto(url);
    await page.waitForSelector('.chart > svg');
    await screenshot(page, `sweep-${name}-${width}`);
    expect(await page.locator(`#${first}-new-user .chart > svg`).count()).toBeGreaterThan(0);
    expect(await page.locator('.chart > svg:not(:has(.dot circle, .dots circle))').count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await overlappingTexts(page)).toEqual([]);
    expect(found).toEqual([]);
    await page.close();
  });

  it('shows the numbers of sweep.json', async () => {
    const page = await browser.newPage();
    await page.goto(url);
    for (const protocol of results.protocols) {
      const rows = await page.$$eval(`#${first}-${protocol.name} table tr`, (all) =>
        all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
      );
      const [head, ...body] = rows;
      expect(body.map(([label]) => label)).toEqual(cells.map(({label}) => label));
      for (const row of body) {
        for (const arm of protocol.arms) {
          const {value} = metricOf(arm, 'cumulative_reward')!;
          expect(row[head!.indexOf(arm.name)]!.replace('−', '-')).toContain(value.toFixed(2));
        }
      }
    }
    await page.close();
  });
});
