// One Chromium for the tests of pages: what it asked for, what it complained about, what axe finds.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** CHROMIUM names the program; else Debian's place. */
export const launch = () =>
  puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    protocolTimeout: 30_000,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-dev-shm-usage",
    ],
  });

// The viewer warns of the underscore in every operation's link, which it writes itself.
const known = /^Deprecated: escaping deep link whitespace with `_`/;

/** A page that notes every request to another origin and every complaint of the console. */
export const openPage = async (browser, origin, { width = 1280, height = 900 } = {}) => {
  const page = await browser.newPage();
  const outside = [];
  const complaints = [];
  await page.bringToFront(); // a page behind another one paints nothing
  await page.setViewport({ width, height });
  // without the viewer's fades, so that axe sees the colours that stay
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  page.setDefaultTimeout(20_000);
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== origin) outside.push(request.url());
  });
  page.on("console", (message) => {
    if (["error", "warn", "warning"].includes(message.type()) && !known.test(message.text())) complaints.push(message.text());
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
