// What both pages are held to, and how they are opened: in Chromium, at two
// widths, light and dark. CHROMIUM names the browser; the default is Debian's.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

export const widths = [390, 1240];
export const schemes = ['light', 'dark'];
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

// open opens a page that notes what it says and fetches.
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

// noOverflow: nothing is wider than the window but what scrolls inside a box of
// its own, which boxed selects.
export async function noOverflow(page, when, boxed) {
  const wide = await page.evaluate((own) => {
    const room = document.documentElement.clientWidth;
    const over = [...document.querySelectorAll('body *')]
      .filter((e) => !e.closest(own) && e.getBoundingClientRect().right > room + 1)
      .map((e) => `${e.tagName.toLowerCase()}.${e.className}: ${e.textContent.slice(0, 40)}`);
    return { scroll: document.documentElement.scrollWidth - room, over: over.slice(0, 5) };
  }, boxed);
  assert.deepEqual(wide, { scroll: 0, over: [] }, `${when}: the page is wider than the window`);
}

export async function schemeApplies(page, scheme, when) {
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

// hold opens the page that the command line names in each scheme and width, and
// then once for paper. looked is what the caller holds it to on a screen, printed
// what on paper.
export async function hold({ what, write, screenshots, pdf, least, looked, printed }) {
  const [file, folder] = process.argv.slice(2);
  if (!file || !existsSync(file)) {
    console.error(`browser: no ${what} at ${file ?? '(no path given)'}; write one with ${write}`);
    process.exit(2);
  }
  const out = folder ?? join(dirname(resolve(file)), screenshots);
  mkdirSync(out, { recursive: true });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
  const url = pathToFileURL(resolve(file)).href;
  try {
    for (const colorScheme of schemes) {
      for (const width of widths) {
        const when = `${colorScheme} ${width}`;
        const page = await open(browser, url, { colorScheme, width, deviceScaleFactor: 1 });
        await looked(page, { colorScheme, width, when, shot: (name) => join(out, `${colorScheme}-${width}${name}.png`) });
        assert.deepEqual(page.complaints, [], when);
        await page.close();
      }
    }
    const page = await open(browser, url, { colorScheme: 'dark', width: 794 });
    await page.pdf({ path: join(out, pdf), preferCSSPageSize: true, printBackground: true });
    assert.ok(statSync(join(out, pdf)).size > least, 'the PDF is empty');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await printed(page, join(out, 'print.png'));
    assert.deepEqual(page.complaints, [], 'print');
    console.log(`browser: ${file} holds at ${widths.join(' and ')} px, light and dark, and in print; screenshots in ${out}`);
  } finally {
    await browser.close();
  }
}
