// Opens the specification's page in Chromium and holds it to what a reader
// needs: nothing overflows, nothing is fetched, nothing is said on the console,
// every link has its place, the contents are in reach, and it prints.
// Screenshots are kept for eyes.
//
//   node spec.mjs PAGE.html [FOLDER FOR SCREENSHOTS]
//
// CHROMIUM names the browser; the default is Debian's.
import assert from 'node:assert/strict';
import { hold, noOverflow, schemeApplies } from './page.mjs';

// What scrolls inside its own box may be wider than the window: dumps, tables
// of sizes, drawings.
const boxed = 'svg, pre, .counts, .toc';

const places = ['overview', 'payment', 'PAY-03', 'rules-device.pay', 'state-state-machines', 'tokens', 'reserved', 'ecash', 'sizes', 'privacy', 'code-205'];

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

await hold({
  what: 'specification', write: 'make spec', screenshots: 'screenshots-spec', pdf: 'spec.pdf', least: 100_000,
  async looked(page, { colorScheme, width, when, shot }) {
    await noOverflow(page, when, boxed);
    await schemeApplies(page, colorScheme, when);
    await linksHold(page, when);
    await drawingsReadable(page, when);
    for (const place of places) {
      await page.evaluate((id) => document.getElementById(id).scrollIntoView(), place);
      await page.screenshot({ path: shot(`-${place}`) });
    }
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: shot('') });
    await contentsInReach(page, width, when);
    await page.locator('.hex').evaluateAll((all) => all.forEach((d) => { d.open = true; }));
    await noOverflow(page, `${when}, dumps open`, boxed);
  },
  async printed(page) {
    await noOverflow(page, 'print', boxed);
    const folded = await page.locator('.hex pre').evaluateAll((all) => all.filter((p) => p.getBoundingClientRect().height === 0).length);
    assert.equal(folded, 0, 'print: dumps stay folded, and paper has nothing to click');
  },
});
