// What /console shows of how the house is watched: history, alerts, lines of the log, usage. Not every version serves
// these, so their answers are scripted here; where the Worker has them, its own are looked at too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "../workerd/worker.mjs";
import { LATER, clean, entered, fills, instead, json, keeper, loaded, press, row, says, text, until, visits } from "./console.mjs";
import { launch } from "./browser.mjs";

let worker;
let browser;
let admin;

before(async () => {
  worker = await start();
  admin = await keeper(worker);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await worker?.close();
});

test("a history is drawn where the Worker keeps one", async () => {
  const visit = await entered(browser, worker, admin);
  const { page } = visit;
  const { status } = await admin.send("GET", "/api/v1/admin/metrics/history?range=hour");
  await says(page, status === 404 ? "keeps no history" : "Range");
  const asked = [];
  await instead(page, (request, path) => {
    if (path !== "/api/v1/admin/metrics/history") return undefined;
    asked.push(new URL(request.url()).searchParams.get("range"));
    const points = [10, 0, 40].map((requests, index) => ({
      at: new Date(Date.UTC(2026, 0, 1, index)).toISOString(), requests: requests * 3600, errors: 0, p50_ms: 3, p95_ms: 7, p99_ms: 9, active_users: 5,
    }));
    return json({ step_seconds: 3600, points });
  });
  await visits(page, "Health");
  await visits(page, "Overview");
  await fills(page, "Range", "week");
  await until(page, () => document.querySelectorAll(".chart").length === 3);
  await until(page, () => document.querySelector(".plot").dataset.points === "3");
  assert.equal(await text(page, ".legend strong"), "40");
  assert.deepEqual(asked, ["hour", "week"]);
  clean(visit);
  await page.close();
});

test("alerts are shown and silenced, lines searched, usage added up, where the Worker serves them", async () => {
  const rule = {
    rule: "mail_waiting", summary: "Mail is not delivered", severity: "ticket", runbook: "docs/runbooks/mail.md", state: "firing", value: 61, above: 50,
    below: 10, since: "2026-03-01T06:40:00.000Z", evaluated_at: "2026-03-01T07:00:00.000Z", silenced_until: null, silence_reason: null,
  };
  const change = { id: "1", rule: "mail_waiting", state: "firing", value: 61, at: "2026-03-01T06:40:00.000Z", webhook: "given_up", attempts: 8, failure: "503" };
  const line = {
    timestamp: "2026-03-01T07:00:00.000Z", level: "error", action: "list_readings", duration: 12, error: { cause: "database is locked" }, metadata: { status: 503 },
  };
  const figures = { name: "list_readings", people: null, calls: 120, errors: 3, time_ms: 640, rows_read: 2520, rows_written: 0, d1: 120, kv: 0, object: 24, upstream: 0 };
  const list = (...items) => json({ items, has_more: false, next_cursor: null });
  const answers = {
    "/api/v1/admin/alerts": () => list(rule),
    "/api/v1/admin/alerts/history": () => list(change),
    "/api/v1/admin/alerts/mail_waiting/silence": () => json(Object.assign(rule, { silenced_until: "2026-03-01T08:00:00.000Z" })),
    "/api/v1/admin/logs": () => list({ request_id: "0197f7a0-0000-7000-8000-00000000000f", line }),
    "/analytics/usage": () => json({ by: "operation", items: [figures], days: [{ ...figures, name: "2026-03-01", people: 17 }] }),
  };
  const sent = [];
  const visit = await entered(browser, worker, admin);
  const { page } = visit;
  await instead(page, (request, path) => {
    if (!(path in answers)) return undefined;
    sent.push([path, new URL(request.url()).search, request.postData()]);
    return answers[path]();
  });
  await visits(page, "Alerts");
  assert.equal((await row(page, "mail_waiting Mail is not delivered")).State, "firing");
  await says(page, "given up, attempts: 8, 503");
  await press(page, "Silence mail_waiting");
  await fills(page, "Why", "The provider mends its mail.");
  await press(page, "Silence");
  await says(page, "silenced until");
  const [, , body] = sent.find(([path]) => path.endsWith("/silence"));
  const { until: end, reason } = JSON.parse(body);
  assert.deepEqual([reason, Math.round((new Date(end) - Date.now()) / 600_000)], ["The provider mends its mail.", 6]);

  await visits(page, "Logs");
  await fills(page, "Level", "error");
  await fills(page, "Status", "503");
  await press(page, "Search");
  await loaded(page);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(sent.at(-1)[1])), { level: "error", status: "503", limit: "20" });
  await press(page, "The whole line");
  assert.match(await text(page, "details[open] pre"), /"database is locked"/);

  await visits(page, "Usage");
  assert.deepEqual([(await row(page, "list_readings")).Calls, (await row(page, "2026-03-01")).People], ["120", "17"]);
  assert.equal(await page.$eval(".plot", (one) => one.dataset.points), "1");
  clean(visit);
  await page.close();
});

test("errors are shown by kind, resolved under the version that was seen, and filtered by state", async () => {
  const group = {
    fingerprint: "00112233445566778899aabbccddeeff", code: "internal-error", action: "list_readings", severity: "error", cause: "near #: syntax error",
    request_id: "0197f7a0-0000-7000-8000-00000000000e", trace_id: null, count: 3, first_seen: "2026-03-01T06:40:00.000Z", last_seen: "2026-03-01T06:50:00.000Z",
    state: "open", regressed: true, release: "0.1.0", note: null, version: 4, day: 3, day_before: 0,
  };
  const sent = [];
  const visit = await entered(browser, worker, admin);
  const { page } = visit;
  await instead(page, (request, path) => {
    if (!path.startsWith("/api/v1/admin/errors")) return undefined;
    sent.push([request.method(), new URL(request.url()).search, request.headers()["if-match"], request.postData()]);
    if (request.method() === "PATCH") return json(Object.assign(group, JSON.parse(request.postData()), { version: 5, regressed: false }));
    const wanted = new URL(request.url()).searchParams.get("state");
    return json({ items: wanted === null || wanted === group.state ? [group] : [], has_more: false, next_cursor: null });
  });
  await visits(page, "Errors");
  const shown = await row(page, "internal-error of list_readings near #: syntax error");
  assert.deepEqual([shown["In all"], shown["24 hours, and before"], shown.State], ["3", "3, 0", "open came again"]);
  await press(page, "Resolve internal-error of list_readings");
  await fills(page, "Note", "Mended in 0.1.1.");
  await press(page, "Resolve");
  await says(page, "There are no such errors.");
  const patch = sent.find(([method]) => method === "PATCH");
  assert.deepEqual([patch[2], JSON.parse(patch[3])], ['"v4"', { state: "resolved", note: "Mended in 0.1.1." }]);
  await fills(page, "State", "resolved");
  await says(page, "Mute");
  assert.equal((await row(page, "internal-error of list_readings near #: syntax error")).State, "resolved");
  clean(visit);
  await page.close();
});

test("what this version of the Worker does not serve is said, and what it serves is shown", async () => {
  const visit = await entered(browser, worker, admin);
  const { page } = visit;
  for (const [view, address] of Object.entries(LATER)) {
    await visits(page, view);
    if ((await admin.send("GET", address)).status === 404) await says(page, "Not served by this version");
    else assert.equal(await page.$(".trouble, .absent"), null, view);
  }
  if ((await admin.send("GET", LATER.Logs)).status === 200) {
    await visits(page, "Logs");
    await fills(page, "Action", "register_user");
    await press(page, "Search");
    await until(page, () => {
      const actions = [...document.querySelectorAll("[data-label=Action]")].map((one) => one.innerText.trim());
      return actions.length > 0 && actions.every((action) => action === "register_user");
    });
  }
  clean(visit);
  await page.close();
});
