// The pages of `dynajob serve`, gone through as a person would.
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';

import type {Browser, BrowserContext, Page} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {complaints, dynajob, faintTexts, kBinary, launch, overlappingTexts, resultsOf, screenshot, temporaryDirectory, tinyDemo} from './support';

const directory = temporaryDirectory();
let browser: Browser;
let server: ChildProcess;
let url: string;

const run = join(directory.path, 'run');

async function serve(keys: Record<string, string> = {}): Promise<{server: ChildProcess; url: string}> {
  const server = spawn(kBinary, ['serve', '--model', join(run, 'model'), '--store', join(run, 'market.db'), '--set', 'serve.port=0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {...process.env, ...keys},
  });
  const [line] = (await once(createInterface({input: server.stdout!}), 'line')) as [string];
  return {server, url: `${/http:\S+/.exec(line)![0]}/`};
}

async function stop(server: ChildProcess): Promise<void> {
  server.kill('SIGTERM');
  const [code] = (await once(server, 'exit')) as [number];
  expect(code).toBe(0);
}

beforeAll(async () => {
  tinyDemo(run);
  ({server, url} = await serve());
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  await stop(server);
  directory.remove();
});

// Each view, and what is there when it is drawn.
const kViews = [
  ['try', '[data-agent="random-start"] .card'],
  ['compare', '[data-run="run"]'],
  ['compare/run', '.report figure svg'],
  ['catalog', '.catalog li'],
  ['learning', 'main p'],
  ['llm', '#label-confusion svg'],
  ['health', '[data-status="ready"]'],
] as const;

interface Run {
  verdicts: {protocol: string; winner: string}[];
}

interface Counts {
  learned: number;
  held_back: number;
}

interface Learned {
  responses: Counts;
  random_start: Counts;
}

interface Sent {
  job_id: string;
  request_id?: string;
}

const kProfile =
  'Eight years of customer service and sales. I trained new colleagues, kept the books of a small shop, and I look for regular hours.';

async function visit(width: number, hash = ''): Promise<{context: BrowserContext; page: Page; found: string[]}> {
  const context = await browser.newContext({viewport: {width, height: 900}});
  const page = await context.newPage();
  const found = complaints(page, (request) => request.startsWith(url) || request.startsWith('data:'));
  await page.goto(url + hash);
  return {context, page, found};
}

const kServed = '[data-agent="served"]';
const kRandom = '[data-agent="random-start"]';

const shownJobs = (page: Page, side = kServed): Promise<string[]> =>
  page.$$eval(`${side} .card`, (cards) => cards.map((card) => (card as HTMLElement).dataset['job']!));

// Gives an answer and waits until the server has it and the ranking is there again.
async function answer(page: Page, place: number, kind: string, side = kServed): Promise<string> {
  const given = await page.locator('.log li').count();
  const job = (await page.locator(`${side} .card`).nth(place).getAttribute('data-job'))!;
  // By the job and not by its place: a new snapshot of the policy may move it meanwhile.
  await page.locator(`${side} .card[data-job="${job}"] button[data-answer="${kind}"]`).click();
  await page.waitForFunction((before) => document.querySelectorAll('.log li').length > before && document.querySelector('.log em') === null, given);
  if (kind !== 'save') await page.waitForFunction((id) => document.querySelector(`.card[data-job="${id}"]`) === null, job);
  return job;
}

describe.each([1280, 390])('Try it, %i pixels wide', (width) => {
  it('takes a profile and ten answers, moves the ranking, and loses nothing on reload', async () => {
    const {context, page, found} = await visit(width);
    await page.fill('#profile', kProfile);
    await page.fill('#skills', 'customer service, sales, communication');
    await page.click('button[type="submit"]');
    await page.waitForSelector('.card');
    expect([(await shownJobs(page)).length, (await shownJobs(page, kRandom)).length]).toEqual([10, 10]);
    expect(await page.locator('.card .why').first().textContent()).toContain('similarity');

    const gone: string[] = [];
    const kinds = ['apply', 'dismiss', 'save', 'dismiss', 'apply'];
    for (let i = 0; i < 10; ++i) {
      const before = await shownJobs(page);
      const kind = kinds[i % kinds.length]!;
      // What is saved stays, and cannot be saved again.
      const place = kind === 'save' ? i : 0;
      const job = await answer(page, Math.min(place, 9), kind);
      if (kind === 'save') continue;
      gone.push(job);
      const after = await shownJobs(page);
      expect(after).not.toEqual(before);
      expect(after).not.toContain(job);
    }
    expect(await page.locator('.move').count()).toBeGreaterThan(0);
    expect(await page.locator('.given .line path').count()).toBeGreaterThanOrEqual(1);
    const boxes = await page.$$eval('.side', (sides) => sides.map((side) => side.getBoundingClientRect()).map(({left, top}) => ({left, top})));
    // Beside each other, and one after the other on a phone.
    if (width > 1000) expect(boxes[1]!.top).toBe(boxes[0]!.top);
    else {
      expect(boxes[1]!.left).toBe(boxes[0]!.left);
      await page.click('.jump');
      expect(await page.evaluate((side) => Math.abs(document.querySelector(side)!.getBoundingClientRect().top) < 2, kRandom)).toBe(true);
    }
    expect(await overlappingTexts(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await screenshot(page, `try-${width}`);

    const log = await page.locator('.log').innerText();
    await page.reload();
    await page.waitForSelector('.card');
    expect(await page.locator('.log').innerText()).toBe(log);
    expect(await page.inputValue('#profile')).toBe(kProfile);
    const jobs = await shownJobs(page);
    for (const job of gone) expect(jobs).not.toContain(job);
    expect(await page.locator('.card button[data-answer="save"]:disabled').count()).toBeLessThanOrEqual(4);
    expect(found).toEqual([]);
    await context.close();
  });
});

describe('Try it', () => {
  it('sends an answer again that the server did not get', async () => {
    const {context, page} = await visit(1280);
    await page.click('button[data-sample="Nurse"]');
    await page.click('button[type="submit"]');
    await page.waitForSelector('.card');
    await page.route('**/v1/feedback', (route) => route.abort());
    const job = (await shownJobs(page))[0]!;
    await page.locator(`${kServed} .card button[data-answer="dismiss"]`).first().click();
    await page.waitForSelector('.notice.error');
    expect(await page.locator('.log em').innerText()).toContain('not sent');
    await page.unroute('**/v1/feedback');
    await page.reload();
    await page.waitForSelector('.card');
    expect(await page.locator('.log li').count()).toBe(1);
    expect(await page.locator('.log em').count()).toBe(0);
    expect(await shownJobs(page)).not.toContain(job);
    await context.close();
  });

  it('teaches both agents by every answer, and tells their lists apart', async () => {
    const {context, page, found} = await visit(1280);
    await page.click('button[data-sample="Data engineer"]');
    await page.click('button[type="submit"]');
    await page.waitForSelector(`${kRandom} .card`);
    expect(await shownJobs(page)).not.toEqual(await shownJobs(page, kRandom));
    const before = (await (await page.request.get(`${url}v1/learning?points=0`)).json()) as Learned;
    const sent: Sent[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/v1/feedback')) sent.push(request.postDataJSON() as Sent);
    });
    const first = await answer(page, 0, 'apply');
    const own = (await shownJobs(page, kRandom)).find((job) => job !== first)!;
    const place = (await shownJobs(page, kRandom)).indexOf(own);
    const second = await answer(page, place, 'dismiss', kRandom);
    for (const side of [kServed, kRandom]) {
      const jobs = await shownJobs(page, side);
      for (const job of [first, second]) expect(jobs).not.toContain(job);
    }
    // A page of the random start is not kept, so nothing is joined to it.
    expect(sent.map(({job_id: job, request_id: request}) => [job, request !== undefined])).toEqual([[first, true], [second, false]]);
    expect(await page.locator('.given table').innerText()).toMatch(/this model\s+\d of 2/);
    await expect.poll(async () => {
      const now = (await (await page.request.get(`${url}v1/learning?points=0`)).json()) as Learned;
      const handled = (of: Counts): number => of.learned + of.held_back;
      return [handled(now.responses) - handled(before.responses), handled(now.random_start) - handled(before.random_start)];
    }, {timeout: 20_000}).toEqual([2, 2]);
    expect(found).toEqual([]);
    await context.close();
  });

  it('can be gone through by keyboard', async () => {
    const {context, page, found} = await visit(1280);
    await page.focus('#profile');
    await page.keyboard.type('I teach mathematics.');
    await page.keyboard.press('Tab');
    await page.keyboard.type('teaching');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.card');
    await page.locator(`${kServed} .card button[data-answer="dismiss"]`).nth(2).focus();
    const [, , third] = await shownJobs(page);
    await page.keyboard.press('Enter');
    await page.waitForFunction((id) => document.querySelector(`.card[data-job="${id}"]`) === null, third);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-answer'))).toBe('dismiss');
    expect(found).toEqual([]);
    await context.close();
  });

  it('forgets a person when told to', async () => {
    const {context, page, found} = await visit(1280);
    await page.click('button[data-sample="Electrician"]');
    await page.click('button[type="submit"]');
    await page.waitForSelector('.card');
    const id = await page.evaluate(() => (JSON.parse(localStorage.getItem('dynajob.session/1')!) as {candidate: string}).candidate);
    await page.click('text=Forget all this');
    await page.waitForFunction(() => document.querySelectorAll('.card').length === 0);
    expect((await page.request.get(`${url}v1/candidates/${id}`)).status()).toBe(404);
    expect(found).toEqual([]);
    await context.close();
  });
});

describe('the other pages', () => {
  it.each([1280, 390])('find jobs and show what was read from them, %i pixels wide', async (width) => {
    const {context, page, found} = await visit(width, '#catalog');
    await page.waitForSelector('text=80 jobs.');
    expect(await page.locator('.catalog li').count()).toBe(20);
    await page.click('text=Show more');
    await page.waitForFunction(() => document.querySelectorAll('.catalog li').length === 40);
    await page.fill('#words', 'MÁNAGER');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=/best matches first|One job/');
    for (const title of await page.locator('.catalog summary strong').allInnerTexts()) expect(title.toLowerCase()).toContain('manager');
    await page.fill('#words', 'customer service');
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().includes('customer')),
      page.keyboard.press('Enter'),
    ]);
    const {id} = ((await answer.json()) as {jobs: {id: string}[]}).jobs[0]!;
    await page.waitForFunction(
      (wanted) => (document.querySelector('.catalog details') as HTMLElement | null)?.dataset['job'] === wanted,
      id,
    );
    const first = page.locator('.catalog details').first();
    await first.locator('summary').click();
    await page.waitForSelector('.catalog dl');
    const job = (await (await page.request.get(`${url}v1/jobs/${id}`)).json()) as {company: string; technical_skills: string[]};
    const shown = await page.locator('.catalog dl').innerText();
    for (const words of [id, job.company, ...job.technical_skills]) expect(shown).toContain(words);
    await page.fill('#words', id);
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=the job with this id');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await screenshot(page, `catalog-${width}`);
    expect(found).toEqual([]);
    await context.close();
  });

  it.each([1280, 390])('show the runs with their verdicts, and the report of each, %i pixels wide', async (width) => {
    const {context, page, found} = await visit(width, '#compare');
    await page.waitForSelector('[data-run="run"]');
    const {verdicts} = ((await (await page.request.get(`${url}v1/runs`)).json()) as {runs: Run[]}).runs[0]!;
    expect(verdicts.length).toBeGreaterThan(0);
    const list = await page.locator('[data-run="run"]').innerText();
    for (const {winner} of verdicts) expect(list).toContain(winner);
    await screenshot(page, `compare-${width}`);
    await page.click('text=Open the report');
    await page.waitForSelector('.report figure svg');
    expect(await page.evaluate(() => location.hash)).toBe('#compare/run');
    expect(await page.locator('.report .verdict').first().innerText()).toBe(verdicts[0]!.winner);
    const results = resultsOf(join(directory.path, 'run'));
    const arms = await page.locator('.report .arms').first().innerText();
    for (const {name} of results.protocols[0]!.arms) expect(arms).toContain(name);
    // The colours are set in spite of the policy, and the report's links stay in the report.
    expect(await page.locator('.report .arms label').first().getAttribute('style')).toContain('--arm');
    const section = page.locator('.report nav a').last();
    const id = (await section.getAttribute('href'))!.slice(1);
    await section.click();
    expect(await page.evaluate(() => [location.hash, document.activeElement?.id])).toEqual(['#compare/run', id]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await screenshot(page, `compare-report-${width}`);
    await page.click('text=← All runs');
    await page.waitForSelector('[data-run="run"]');
    expect(found).toEqual([]);
    await context.close();
  });

  it('say that a run is not there', async () => {
    const {context, page} = await visit(1280, '#compare/no%2Fsuch');
    await page.waitForSelector(`text=there is no run 'no/such'`);
    await context.close();
  });

  it.each([1280, 390])('say how to get labels while there are none, and show the audit of the surrogate, %i pixels wide', async (width) => {
    const {context, page, found} = await visit(width, '#llm');
    await page.waitForSelector('text=There are no labels');
    expect(await page.locator('main').innerText()).toContain('--llm endpoint');
    await page.waitForSelector('#label-confusion svg');
    expect(await page.locator('main').innerText()).toContain('labelled by the surrogate');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await screenshot(page, `llm-none-${width}`);
    expect(found).toEqual([]);
    await context.close();
  });

  it('say how the server is', async () => {
    const {context, page, found} = await visit(1280, '#health');
    await page.waitForSelector('[data-status="ready"]');
    expect(await page.locator('main dl').innerText()).toContain('80');
    await page.waitForSelector('table');
    await screenshot(page, 'health');
    expect(found).toEqual([]);
    await context.close();
  });

  it('say whether it learns', async () => {
    const {context, page} = await visit(1280, '#learning');
    await page.waitForSelector('text=/learn/');
    await screenshot(page, 'learning');
    await context.close();
  });

  it.each([
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('fit and can be read, %i pixels wide, %s', async (width, scheme) => {
    const context = await browser.newContext({viewport: {width, height: 900}, colorScheme: scheme});
    const page = await context.newPage();
    const found = complaints(page, (request) => request.startsWith(url) || request.startsWith('data:'));
    await page.goto(url);
    await page.click('button[data-sample="Data engineer"]');
    await page.click('button[type="submit"]');
    await page.waitForSelector(`${kRandom} .card`);
    for (const [place, kind, side] of [[0, 'apply', kServed], [0, 'dismiss', kRandom], [1, 'save', kServed], [1, 'dismiss', kRandom]] as const) await answer(page, place, kind, side);
    for (const [view, ready] of kViews) {
      await page.evaluate((hash) => (location.hash = hash), view);
      await page.waitForSelector(ready);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBeLessThanOrEqual(width);
      expect(await overlappingTexts(page), view).toEqual([]);
      expect(await faintTexts(page), view).toEqual([]);
      await screenshot(page, `${view.replace('/', '-')}-${width}-${scheme}`);
    }
    expect(found).toEqual([]);
    await context.close();
  });

  it('are reached by keyboard alone', async () => {
    const {context, page, found} = await visit(1280);
    for (const [view, ready] of kViews.filter(([name]) => !name.includes('/') && name !== 'try')) {
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      for (let i = 0; i < 8; ++i) {
        await page.keyboard.press('Tab');
        if ((await page.evaluate(() => document.activeElement?.getAttribute('href'))) === `#${view}`) break;
      }
      await page.keyboard.press('Enter');
      await page.waitForSelector(`#tabs a[href="#${view}"][aria-current="page"]`);
      if (view !== 'try') await page.waitForSelector(ready);
      // What has the focus shows it.
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle), view).not.toBe('none');
    }
    expect(found).toEqual([]);
    await context.close();
  });

  it('are handed out once, and run nothing but their own scripts', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const first = await page.request.get(`${url}app.js`);
    const etag = first.headers()['etag']!;
    const again = await page.request.get(`${url}app.js`, {headers: {'If-None-Match': etag}});
    expect([first.status(), again.status()]).toEqual([200, 304]);
    await page.goto(url);
    const blocked = page.waitForEvent('console', (message) => message.text().includes('Content Security Policy'));
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "run"';
      document.body.append(script);
    });
    await blocked;
    expect(await page.title()).not.toBe('run');
    await context.close();
  });
});

// The server that was started is stopped: one process learns in a state directory.
describe('with keys', () => {
  const keys = {
    DYNAJOB_SERVE_READ_KEY: 'read-key-0123456789',
    DYNAJOB_SERVE_FEEDBACK_KEY: 'feedback-key-0123456789',
    DYNAJOB_SERVE_ADMIN_KEY: 'admin-key-0123456789',
  };

  beforeAll(async () => {
    await stop(server);
    // Labels such as an endpoint is paid for, as another store would have handed them over.
    const label = {form: 'dynajob.answer/1', text: 'APPLY', defect: '', choices: [['APPLY', -0.1]], prompt_tokens: 300, completion_tokens: 4, usage_reported: 1, cost_usd: 0.25, model: 'small-model', fingerprint: ''};
    const lines = [label, label, {...label, defect: 'refusal', choices: []}, {...label, model: 'large', cost_usd: undefined}].map((value, i) => JSON.stringify({key: String(i).padStart(64, '0'), value}));
    writeFileSync(join(directory.path, 'labels.jsonl'), lines.join('\n'));
    dynajob('labels', 'import', join(directory.path, 'labels.jsonl'), '--store', join(run, 'market.db'));
    ({server, url} = await serve(keys));
  });

  afterAll(async () => {
    await stop(server);
    ({server, url} = await serve());
  });

  const candidates = async (page: Page): Promise<number> => ((await (await page.request.get(`${url}health/ready`)).json()) as {candidates: number}).candidates;

  it.each(['READ', 'FEEDBACK'] as const)('Try it works with a %s key: nothing is stored, and what was answered is gone', async (right) => {
    const {context, page} = await visit(1280);
    const before = await candidates(page);
    page.once('dialog', (dialog) => void dialog.accept(keys[`DYNAJOB_SERVE_${right}_KEY`]));
    await page.click('#key');
    const sent: string[] = [];
    page.on('request', (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`));
    await page.click('button[data-sample="Nurse"]');
    await page.click('button[type="submit"]');
    await page.waitForSelector(`${kRandom} .card`);
    expect(await page.locator('.jobs').innerText()).toContain('nobody learns from it');
    const gone = [await answer(page, 0, 'apply'), await answer(page, 2, 'dismiss', kRandom)];
    await answer(page, 1, 'save');
    await page.reload();
    await page.waitForSelector(`${kRandom} .card`);
    for (const side of [kServed, kRandom]) for (const job of gone) expect(await shownJobs(page, side)).not.toContain(job);
    expect(await page.locator('.log li').count()).toBe(3);
    await page.click('text=Forget all this');
    await page.waitForFunction(() => document.querySelectorAll('.card').length === 0);
    expect(sent).not.toContain('POST /v1/feedback');
    expect(sent.filter((request) => request.startsWith('DELETE'))).toEqual([]);
    expect(await candidates(page)).toBe(before);
    await context.close();
  });

  it('an admin key is stored for and learned from, and no key is asked for one', async () => {
    const {context, page} = await visit(1280);
    await page.click('button[data-sample="Nurse"]');
    await page.click('button[type="submit"]');
    await page.waitForSelector('.notice.error');
    expect(await page.locator('.notice.error').innerText()).toContain('Use the button "Key"');
    page.once('dialog', (dialog) => void dialog.accept(keys.DYNAJOB_SERVE_ADMIN_KEY));
    await page.click('#key');
    await page.click('button[data-sample="Nurse"]');
    await page.click('button[type="submit"]');
    await page.waitForSelector('.card');
    expect(await page.locator('.jobs').innerText()).not.toContain('nobody learns from it');
    await answer(page, 0, 'dismiss');
    await context.close();
  });

  it.each([1280, 390])('an admin key sees what labels were bought and what they cost, %i pixels wide', async (width) => {
    const {context, page, found} = await visit(width);
    page.once('dialog', (dialog) => void dialog.accept(keys.DYNAJOB_SERVE_ADMIN_KEY));
    await page.click('#key');
    await page.click('#tabs >> text=LLM');
    await page.waitForSelector('text=4 answers were bought');
    const [large, small] = await page.locator('main section').first().locator('tbody tr').allInnerTexts();
    expect(small!.split(/\t/)).toEqual(['small-model', '3', '67 %', '900', '12', '0.7500 USD', '33.3 % (1 refusal)']);
    expect(large!.split(/\t/)).toEqual(['large', '1', '100 %', '300', '4', 'unknown', 'none']);
    await page.waitForSelector('#label-confusion svg');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await screenshot(page, `llm-${width}`);
    expect(found).toEqual([]);
    await context.close();
  });

  it('a key that may not read labels is told so, and the rest of the page works', async () => {
    const {context, page} = await visit(1280);
    page.once('dialog', (dialog) => void dialog.accept(keys.DYNAJOB_SERVE_READ_KEY));
    await page.click('#key');
    await page.click('#tabs >> text=LLM');
    await page.waitForSelector('.notice.error');
    await page.waitForSelector('#label-confusion svg');
    await context.close();
  });
});
