// Pictures of the console for docs/console.md: the built Worker (make bundle) with a little life in it, a minute of live
// figures, four views. Usage: node tools/console/shots.mjs
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { fills, heading, keeper, issued, loaded, opened, press, says, visits, withKey } from "../../tests/docs/console.mjs";
import { launch } from "../../tests/docs/browser.mjs";
import { startEngine } from "../../tests/engine/engine.mjs";
import { Client, account, reading } from "../../tests/workerd/client.mjs";
import { GENEROUS, secret, start } from "../../tests/workerd/worker.mjs";
import { encode } from "./palette.mjs";

const MINUTE = 60_000;
const MOST = 80_000;
const target = join(import.meta.dirname, "../../docs/console");
const NAMES = ["ada", "brook", "celeste", "dorian", "emile"];

const engine = await startEngine({ secret: secret() });
engine.does(["status", 500]);
const ENGINE_SECRET = secret();
const worker = await start({ vars: { ...GENEROUS, ENGINE_URL: engine.url, ENGINE_NAMES: "biorhythm" }, secrets: { ENGINE_SECRET } });
const browser = await launch();

/** Saves what is in the window. */
async function shot(page, name) {
  const raw = (await page.screenshot()).toString("base64");
  const paper = await browser.newPage();
  const { width, height, pixels } = await paper.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const all = context.getImageData(0, 0, image.width, image.height).data;
    return { width: image.width, height: image.height, pixels: all.toBase64?.() ?? btoa(Array.from(all, (one) => String.fromCharCode(one)).join("")) };
  }, raw);
  await paper.close();
  const bytes = encode(width, height, Buffer.from(pixels, "base64"));
  if (bytes.length > MOST) throw new Error(`${name}.png has ${bytes.length} bytes`);
  writeFileSync(join(target, `${name}.png`), bytes);
  console.log(`${name}.png: ${width} x ${height}, ${bytes.length} bytes`);
}

/** People who do what people do until it is over: now more, now less. */
async function life(users, ends) {
  for (let round = 0; Date.now() < ends; round += 1) {
    const busy = 2 + Math.round(6 * (1 + Math.sin(round / 6)));
    await Promise.all(Array.from({ length: busy }, async (_, at) => {
      const user = users[(round + at) % users.length];
      await user.get("/api/v1/readings");
      if (at === 0) await user.post("/api/v1/readings", reading(round % 2 ? "numerology" : "biorhythm"));
      if (at === 1) await new Client(worker.url).get("/api/v1/readings", 401);
    }));
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}

try {
  mkdirSync(target, { recursive: true });
  const admin = await keeper(worker);
  const users = [];
  for (const name of NAMES) users.push(await account(worker.url, { email: `${name}@example.com` }));
  const key = await issued(admin, undefined, "Console");
  const console_ = async (options) => {
    const visit = await opened(browser, worker, options);
    await withKey(visit, key);
    await heading(visit.page, "Overview");
    return visit.page;
  };
  const wide = await console_({ width: 1200, height: 800 });
  const busy = life(users, Date.now() + MINUTE);
  const dark = await console_({ width: 1200, height: 800, colorScheme: "dark" });
  await busy;
  await says(wide, "Live");
  await shot(wide, "overview");

  await visits(dark, "Engines");
  await shot(dark, "engines-dark");

  await visits(dark, "Database");
  await fills(dark, "Order", "rows_read");
  await loaded(dark);
  await shot(dark, "database-dark");

  const narrow = await console_({ width: 360, height: 740 });
  await visits(narrow, "Users");
  await press(narrow, "celeste@example.com");
  await says(narrow, "Signed in by");
  await press(narrow, "Suspend");
  await fills(narrow, "Why", "Asked for by mail.");
  await shot(narrow, "suspend-360");
} finally {
  await browser.close();
  await worker.close();
  await engine.close();
}
