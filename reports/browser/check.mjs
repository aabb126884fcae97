// Opens a report in Chromium and holds it to what a reader needs: nothing
// overflows, nothing is fetched, nothing is said on the console, the verdict
// is in sight, details open, and it prints. Screenshots are kept for eyes.
//
//   node check.mjs PAGE.html [FOLDER FOR SCREENSHOTS]
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

async function noOverflow(page, when) {
  const wide = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const over = [...document.querySelectorAll('body *')]
      .filter((e) => !e.closest('svg') && e.getBoundingClientRect().right > room + 1)
      .map((e) => `${e.tagName.toLowerCase()}.${e.className}`);
    return { scroll: document.documentElement.scrollWidth - room, over: over.slice(0, 5) };
  });
  assert.deepEqual(wide, { scroll: 0, over: [] }, `${when}: the page is wider than the window`);
}

async function verdictInSight(page, when) {
  const verdict = page.locator('#verdict');
  assert.match(await verdict.innerText(), /^(Conformant|Not conformant|Incomplete)$/, `${when}: verdict`);
  const box = await verdict.boundingBox();
  assert.ok(box && box.y >= 0 && box.y + box.height < 844, `${when}: the verdict is not on the first screen`);
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

async function detailsOpen(page, when) {
  const details = page.locator('details');
  const n = await details.count();
  for (let i = 0; i < n; i++) {
    await details.nth(i).locator('> summary').click();
    assert.ok(await details.nth(i).evaluate((d) => d.open), `${when}: details ${i} stay closed`);
  }
}

const [file, folder] = process.argv.slice(2);
if (!file || !existsSync(file)) {
  console.error(`browser: no report at ${file ?? '(no path given)'}; write one with assay run --out FOLDER`);
  process.exit(2);
}
const out = folder ?? join(dirname(resolve(file)), 'screenshots');
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
try {
  for (const colorScheme of schemes) {
    for (const width of widths) {
      const when = `${colorScheme} ${width}`;
      const page = await open(browser, pathToFileURL(resolve(file)).href, { colorScheme, width, deviceScaleFactor: 1 });
      await verdictInSight(page, when);
      await noOverflow(page, when);
      await schemeApplies(page, colorScheme, when);
      await page.screenshot({ path: join(out, `${colorScheme}-${width}.png`), fullPage: true });
      await detailsOpen(page, when);
      await noOverflow(page, `${when}, details open`);
      await page.screenshot({ path: join(out, `${colorScheme}-${width}-open.png`), fullPage: true });
      assert.deepEqual(page.complaints, [], when);
      await page.close();
    }
  }
  const page = await open(browser, pathToFileURL(resolve(file)).href, { colorScheme: 'dark', width: 794 });
  await page.pdf({ path: join(out, 'report.pdf'), preferCSSPageSize: true, printBackground: true });
  assert.ok(statSync(join(out, 'report.pdf')).size > 10_000, 'the PDF is empty');
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await noOverflow(page, 'print');
  const folded = await page.locator('.area .rows > li').evaluateAll((rows) => rows.filter((r) => r.getBoundingClientRect().height === 0).length);
  assert.equal(folded, 0, 'print: requirements stay folded, and paper has nothing to click');
  await page.screenshot({ path: join(out, 'print.png'), fullPage: true });
  assert.deepEqual(page.complaints, [], 'print');
  console.log(`browser: ${file} holds at ${widths.join(' and ')} px, light and dark, and in print; screenshots in ${out}`);
} finally {
  await browser.close();
}
