// One Chromium for the tests of pages: what it asked for, what it complained about, what axe finds.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** CHROMIUM names the program; else Debian's place. What else keeps it quiet is Playwright's own choice. */
export const launch = (...more) =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--disable-gpu", "--disable-quic", ...more] });

/**
 * A context whose pages are tabs: one is in front, the others are hidden. Elsewhere Playwright tells each page that it is in front;
 * it does not in a browser that it has not launched itself, and there in the one context that was there before it.
 */
export async function launchTabs() {
  const place = createServer();
  await new Promise((resolve) => place.listen(0, "127.0.0.1", resolve));
  const { port } = place.address();
  await new Promise((resolve) => place.close(resolve));
  const browser = await launch(`--remote-debugging-port=${port}`);
  try {
    const connected = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
    return { context: connected.contexts()[0], close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

// The viewer warns of the underscore in every operation's link, which it writes itself.
const known = /^Deprecated: escaping deep link whitespace with `_`/;

/**
 * A page that notes every request to another origin and every complaint of the console: one more of a context, or a browser's with
 * a context of its own.
 */
export const openPage = async (place, origin, { width = 1280, height = 900, colorScheme = "light" } = {}) => {
  const page = await place.newPage();
  const outside = [];
  const complaints = [];
  await page.setViewportSize({ width, height });
  // without the viewer's fades, so that axe sees the colours that stay
  await page.emulateMedia({ reducedMotion: "reduce", colorScheme });
  page.setDefaultTimeout(20_000);
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== origin) outside.push(request.url());
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !known.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { page, outside, complaints };
};

/** Violations of serious or critical impact, one line each. */
export const seriousViolations = async (page) => {
  if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(axe);
  const { violations } = await page.evaluate("axe.run(document)");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
};
