// Opens the specification's page in Chromium and holds it to what a reader
// needs: nothing overflows, nothing is fetched, nothing is said on the console,
// every link has its place, the contents are in reach, and it prints.
// Screenshots are kept for eyes.
//
//   node spec.mjs PAGE.html [FOLDER FOR SCREENSHOTS]
//
// CHROMIUM names the browser; the default is Debian's.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const widths = [390, 1240];
const schemes = ['light', 'dark'];
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

async function open(browser, url, options) {
  const page = await browser.newPage({ ...options, viewport: { width: options.width, height: 844 } });
  page.complaints = [];
  page.on('console', (m) => page.complaints.push(`console: ${m.text()}`));
  page.on('pageerror', (e) => page.complaints.push(`page: ${e.message}`));
  page.on('request', (r) => {
    if (!r.url().startsWith('file:') && !r.url().startsWith('data:')) page.complaints.push(`request: ${r.url()}`);
  });
  await page.goto(url);
  return page;
}

// What scrolls inside its own box may be wider than the window: dumps, tables
// of sizes, drawings.
async function noOverflow(page, when) {
  const wide = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const over = [...document.querySelectorAll('body *')]
      .filter((e) => !e.closest('svg, pre, .counts, .toc') && e.getBoundingClientRect().right > room + 1)
      .map((e) => `${e.tagName.toLowerCase()}.${e.className}: ${e.textContent.slice(0, 40)}`);
    return { scroll: document.documentElement.scrollWidth - room, over: over.slice(0, 5) };
  });
  assert.deepEqual(wide, { scroll: 0, over: [] }, `${when}: the page is wider than the window`);
}

async function schemeApplies(page, scheme, when) {
  const bright = await page.evaluate(() => {
    const [r, g, b] = getComputedStyle(document.documentElement).backgroundColor.match(/[\d.]+/g).map(Number);
    return (r + g + b) / 3 > 128;
  });
  assert.equal(bright, scheme === 'light', `${when}: background`);
  for (const other of schemes) {
    for (const plot of await page.locator(`.only-${other}`).all()) {
      assert.equal(await plot.isVisible(), other === scheme, `${when}: plots of the ${other} scheme`);
    }
  }
}

async function linksHold(page, when) {
  const broken = await page.evaluate(() => [...document.querySelectorAll('a')]
    .map((a) => a.getAttribute('href'))
    .filter((href) => !href.startsWith('#') || !document.getElementById(decodeURIComponent(href.slice(1)))));
  assert.deepEqual([...new Set(broken)], [], `${when}: links without a place`);
}

// Texts of a drawing that lie over one another cannot be read.
async function drawingsReadable(page, when) {
  const clashes = await page.evaluate(() => [...document.querySelectorAll('svg.diagram')].flatMap((svg) => {
    const boxes = [...svg.querySelectorAll('text')].map((t) => ({ t: t.textContent, r: t.getBoundingClientRect() }));
    const outer = svg.getBoundingClientRect();
    const out = boxes.filter(({ r }) => r.left < outer.left - 1 || r.right > outer.right + 1).map(({ t }) => `${t} leaves the drawing`);
    for (let i = 0; i < boxes.length; i++) {
      for (let j = i + 1; j < boxes.length; j++) {
        const [a, b] = [boxes[i].r, boxes[j].r];
        const w = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (w > 1 && h > 3) out.push(`${boxes[i].t} / ${boxes[j].t}`);
      }
    }
    return out;
  }));
  assert.deepEqual(clashes, [], `${when}: texts of a drawing that cannot be read`);
}

async function contentsInReach(page, width, when) {
  const first = page.locator('.toc a').first();
  if (width < 900) {
    assert.equal(await first.isVisible(), false, `${when}: the contents fill a phone's first screen`);
    await page.locator('.toc > summary').click();
  }
  assert.ok(await first.isVisible(), `${when}: no contents`);
}

const [file, folder] = process.argv.slice(2);
if (!file || !existsSync(file)) {
  console.error(`browser: no specification at ${file ?? '(no path given)'}; write one with make spec`);
  process.exit(2);
}
const out = folder ?? join(dirname(resolve(file)), 'screenshots-spec');
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
const url = pathToFileURL(resolve(file)).href;
try {
  for (const colorScheme of schemes) {
    for (const width of widths) {
      const when = `${colorScheme} ${width}`;
      const page = await open(browser, url, { colorScheme, width, deviceScaleFactor: 1 });
      await noOverflow(page, when);
      await schemeApplies(page, colorScheme, when);
      await linksHold(page, when);
      await drawingsReadable(page, when);
      for (const place of ['overview', 'payment', 'PAY-03', 'rules-device.pay', 'state-state-machines', 'sizes', 'privacy', 'code-205']) {
        await page.evaluate((id) => document.getElementById(id).scrollIntoView(), place);
        await page.screenshot({ path: join(out, `${colorScheme}-${width}-${place}.png`) });
      }
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({ path: join(out, `${colorScheme}-${width}.png`) });
      await contentsInReach(page, width, when);
      await page.locator('.hex').evaluateAll((all) => all.forEach((d) => { d.open = true; }));
      await noOverflow(page, `${when}, dumps open`);
      assert.deepEqual(page.complaints, [], when);
      await page.close();
    }
  }
  const page = await open(browser, url, { colorScheme: 'dark', width: 794 });
  await page.pdf({ path: join(out, 'spec.pdf'), preferCSSPageSize: true, printBackground: true });
  assert.ok(statSync(join(out, 'spec.pdf')).size > 100_000, 'the PDF is empty');
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await noOverflow(page, 'print');
  const folded = await page.locator('.hex pre').evaluateAll((all) => all.filter((p) => p.getBoundingClientRect().height === 0).length);
  assert.equal(folded, 0, 'print: dumps stay folded, and paper has nothing to click');
  assert.deepEqual(page.complaints, [], 'print');
  console.log(`browser: ${file} holds at ${widths.join(' and ')} px, light and dark, and in print; screenshots in ${out}`);
} finally {
  await browser.close();
}
