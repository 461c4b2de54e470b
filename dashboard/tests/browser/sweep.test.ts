// The page of a sweep: over doses, and over settings that differ in kind.
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

import type {Browser} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import type {IqmJson, SweepJson} from '../../src/report/schema';
import {complaints, dynajob, kTiny, launch, overlappingTexts, screenshot, temporaryDirectory, tinyDemo} from './support';

const directory = temporaryDirectory();
const market = join(directory.path, 'run', 'market.db');
let browser: Browser;

beforeAll(async () => {
  tinyDemo(join(directory.path, 'run'));
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  directory.remove();
});

const kStudy = `name = "kinds"
question = "What do simulated updates buy?"
pairs = [["hybrid", "hybrid-frozen"]]
[[cells]]
label = "none"
"agent.planning_steps" = 0
[[cells]]
label = "control: 3 real updates"
"agent.planning_steps" = 0
"online.updates_per_step" = 3
[[cells]]
"agent.planning_steps" = 3
"agent.search_control" = "replay"
`;

function sweep(name: string, ...flags: string[]): string {
  const out = join(directory.path, name);
  const settings = kTiny.flatMap((setting) => ['--set', setting]);
  dynajob('compare', '--store', market, '--out', out, '--quiet', '--arms', 'baseline,llm,hybrid,hybrid-frozen', ...settings, ...flags);
  return out;
}

function studyFile(): string {
  const path = join(directory.path, 'kinds.toml');
  writeFileSync(path, kStudy);
  return path;
}

describe.each([
  {
    name: 'doses',
    flags: () => ['--sweep', 'surrogate.corruption=0,0.3,0.6', '--sweep', 'surrogate.corruption_mode=flipped,uniform'],
    figures: ['dose', 'dose-differences', 'contrasts'],
  },
  {name: 'kinds', flags: () => ['--study', studyFile()], figures: ['cells', 'within', 'contrasts']},
])('a sweep over $name', ({name, flags, figures}) => {
  let url: string;
  let results: SweepJson;
  beforeAll(() => {
    const out = sweep(name, ...flags());
    url = pathToFileURL(join(out, 'report.html')).href;
    results = JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8')) as SweepJson;
  });

  it.each([1280, 390])('draws, fits and says nothing wrong at %i pixels', async (width) => {
    const page = await browser.newPage({viewport: {width, height: 900}});
    const found = complaints(page, (request) => request.startsWith(url));
    await page.goto(url);
    await page.waitForSelector('.chart > svg');
    await screenshot(page, `sweep-${name}-${width}`);
    const protocols = results.cells[0]!.protocols.map((protocol) => protocol.name);
    expect(await page.$$eval('figure', (all) => all.map(({id}) => id))).toEqual(
      protocols.flatMap((protocol) => figures.map((figure) => `${figure}-${protocol}`)),
    );
    expect(await page.locator('.chart > svg:not(:has(.dot circle, .dots circle))').count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await overlappingTexts(page)).toEqual([]);
    expect(found).toEqual([]);
    await page.close();
  });

  it('shows the numbers of sweep.json', async () => {
    const page = await browser.newPage();
    await page.goto(url);
    for (const [index, {name: protocol}] of results.cells[0]!.protocols.entries()) {
      const [head, ...body] = await page.$$eval(`#${figures[0]}-${protocol} table tr`, (all) =>
        all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
      );
      expect(body.map(([label]) => label)).toEqual(results.cells.map(({label}) => label));
      body.forEach((row, cell) => {
        for (const arm of results.cells[cell]!.protocols[index]!.arms) {
          const {iqm, low, high} = arm.metrics['cumulative_reward'] as IqmJson;
          const text = `${iqm.toFixed(2)} [${low!.toFixed(2)}, ${high!.toFixed(2)}]`;
          expect(row[head!.indexOf(arm.name)]!.replaceAll('−', '-')).toBe(text.replaceAll('-0.00', '0.00'));
        }
      });
      const contrasts = results.contrasts.filter((row) => row.protocol === protocol && row.metric === 'cumulative_reward');
      expect(await page.locator(`#contrasts-${protocol} tbody tr`).count()).toBe(contrasts.length);
    }
    await page.close();
  });
});
