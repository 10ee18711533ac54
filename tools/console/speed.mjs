// How soon the console is there: the built Worker (make bundle), Chromium with nothing in its cache, each time anew.
// Usage: node tools/console/speed.mjs [rounds]
import { heading, issued, keeper, withKey } from "../../tests/docs/console.mjs";
import { launch, openPage } from "../../tests/docs/browser.mjs";
import { start } from "../../tests/workerd/worker.mjs";

const rounds = Number(process.argv[2] ?? 10);
const worker = await start();
const browser = await launch();
const found = { "first paint": [], "the door": [], "key to figures": [] };

try {
  const key = await issued(await keeper(worker));
  for (let round = 0; round < rounds; round += 1) {
    const context = await browser.newContext();
    const visit = await openPage(context, worker.url);
    const { page } = visit;
    // Notes when each is in the page first; the clock begins with the navigation.
    await page.addInitScript(() => {
      window.seen = {};
      new MutationObserver(() => {
        for (const what of ["form", "nav", ".facts"]) if (!(what in window.seen) && document.querySelector(what)) window.seen[what] = performance.now();
      }).observe(document, { childList: true, subtree: true });
      addEventListener("submit", () => (window.seen.submit = performance.now()), true);
    });
    await page.goto(`${worker.url}/console`, { waitUntil: "networkidle" });
    await withKey(visit, key);
    await heading(page, "Overview");
    await page.locator(".facts").first().waitFor();
    const { seen, paint } = await page.evaluate(() => ({
      seen: window.seen,
      paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    }));
    found["first paint"].push(paint);
    found["the door"].push(seen.form);
    found["key to figures"].push(seen[".facts"] - seen.submit);
    await context.close();
  }
} finally {
  await browser.close();
  await worker.close();
}
for (const [what, all] of Object.entries(found)) {
  const sorted = all.toSorted((a, b) => a - b).map(Math.round);
  console.log(`${what}: median ${sorted[Math.floor(sorted.length / 2)]} ms, worst ${sorted.at(-1)} ms of ${sorted.length}`);
}
