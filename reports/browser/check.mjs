// Opens a report in Chromium and holds it to what a reader needs: nothing
// overflows, nothing is fetched, nothing is said on the console, the verdict
// is in sight, details open, and it prints. Screenshots are kept for eyes.
//
//   node check.mjs PAGE.html [FOLDER FOR SCREENSHOTS]
//
// CHROMIUM names the browser; the default is Debian's.
import assert from 'node:assert/strict';
import { hold, noOverflow, schemeApplies } from './page.mjs';

// Plots scroll inside their own box.
const boxed = 'svg';

async function verdictInSight(page, when) {
  const verdict = page.locator('#verdict');
  assert.match(await verdict.innerText(), /^(Conformant|Not conformant|Incomplete)$/, `${when}: verdict`);
  const box = await verdict.boundingBox();
  assert.ok(box && box.y >= 0 && box.y + box.height < 844, `${when}: the verdict is not on the first screen`);
}

async function detailsOpen(page, when) {
  const details = page.locator('details');
  const n = await details.count();
  for (let i = 0; i < n; i++) {
    await details.nth(i).locator('> summary').click();
    assert.ok(await details.nth(i).evaluate((d) => d.open), `${when}: details ${i} stay closed`);
  }
}

await hold({
  what: 'report', write: 'assay run --out FOLDER', screenshots: 'screenshots', pdf: 'report.pdf', least: 10_000,
  async looked(page, { colorScheme, when, shot }) {
    await verdictInSight(page, when);
    await noOverflow(page, when, boxed);
    await schemeApplies(page, colorScheme, when);
    await page.screenshot({ path: shot(''), fullPage: true });
    await detailsOpen(page, when);
    await noOverflow(page, `${when}, details open`, boxed);
    await page.screenshot({ path: shot('-open'), fullPage: true });
  },
  async printed(page, path) {
    await noOverflow(page, 'print', boxed);
    const folded = await page.locator('.area .rows > li').evaluateAll((rows) => rows.filter((r) => r.getBoundingClientRect().height === 0).length);
    assert.equal(folded, 0, 'print: requirements stay folded, and paper has nothing to click');
    await page.screenshot({ path, fullPage: true });
  },
});
