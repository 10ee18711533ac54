// Holds docs/capabilities.md to its word: ids, operations, and tests that exist and passed in this run.
//
// Passes are read from what scripts/test.sh keeps of each layer: <layer>.log and <layer>.outcome in WITNESS_LOGS.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const logs = process.env.WITNESS_LOGS ?? join(root, "target/layers");
const LAYERS = ["native", "wasm", "clients", "workerd", "docs", "outside", "coverage"];

/** Where the layers have their scripts. */
const FOLDERS = { clients: ["clients/js/test", "tools/chaos", "tools/load"], workerd: ["tests/workerd"], docs: ["tests/docs"] };

// The product's capabilities: a letter for each room, numbered from 1.
const ROOMS = { G: 14, I: 13, O: 12, S: 11, T: 8, W: 10, P: 6, C: 7, A: 7, N: 7, X: 14 };
const KNOWN = Object.entries(ROOMS).flatMap(([letter, count]) => Array.from({ length: count }, (_, n) => `${letter}${n + 1}`));

/** The table's rows and the ids under "Not begun". */
function parse(page) {
  const quoted = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text);
  const lines = page.split("\n").filter((line) => line.startsWith("| "));
  const rows = lines.slice(1).map((line) => {
    const cells = line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim());
    const [id, holds, open, operations, tests, proof] = cells;
    const [, name, part] = /^(\S+)( \*part\*)?$/.exec(id) ?? [];
    return {
      id: name ?? id,
      part: Boolean(part),
      cells: cells.length,
      holds,
      open,
      operations: quoted(operations ?? ""),
      tests: quoted(tests ?? "").map((text) => {
        const [, layer, test] = /^([a-z]+)(?:: (.+))?$/.exec(text) ?? [undefined, text];
        return { text, layer, name: test };
      }),
      proof: quoted(proof ?? "").join(" "),
    };
  });
  const rest = page.split("## Not begun")[1] ?? "";
  return { rows, open: rest.match(/\b[A-Z]\d+\b/g) ?? [] };
}

/** The names that a layer's log reports as passed and as failed. */
function outcomes(log) {
  const passed = new Set();
  const failed = new Set();
  for (const line of log.split("\n")) {
    const rust = /^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED)\b/.exec(line);
    const node = /^\s*([✔✖]) (.+) \([\d.]+ms\)/.exec(line);
    if (rust) (rust[2] === "ok" ? passed : failed).add(rust[1]);
    if (node) (node[1] === "✔" ? passed : failed).add(node[2]);
  }
  return { passed, failed };
}

const sourceFiles = (folder, ending) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending) && !/(^|\/)(build|target|node_modules|\.wrangler)\//.test(name))
    .map((name) => readFileSync(join(root, folder, name), "utf8"))
    .join("\n");

const once = (make) => {
  let made;
  return () => (made ??= make());
};
const rust = once(() => ["src", "tests", "schema/compiler", "sky"].map((folder) => sourceFiles(folder, ".rs")).join("\n"));
const scripts = once(() => new Map(Object.entries(FOLDERS).map(([layer, folders]) => [layer, folders.map((folder) => sourceFiles(folder, ".test.mjs")).join("\n")])));

/** Whether a test of that name is written, in a template too. */
function written({ layer, name }) {
  if (["native", "wasm"].includes(layer)) return new RegExp(`\\bfn ${name.split("::").at(-1)}\\(`).test(rust());
  const names = scripts().get(layer)?.matchAll(/\btest\(\s*(["`])((?:\\.|(?!\1).)*)\1/g) ?? [];
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return [...names].some(([, , text]) => new RegExp(`^${text.split(/\$\{[^}]*\}/).map(escaped).join(".+")}$`).test(name));
}

/** Why a claimed test does not count; nothing when it does. */
function fault(test, results) {
  const { layer, name } = test;
  if (!LAYERS.includes(layer)) return "names no layer";
  const { outcome, passed, failed } = results(layer);
  if (outcome === undefined) return `the layer ${layer} has not run`;
  if (name === undefined) return outcome === "passed" ? undefined : `the layer ${layer} ${outcome}`;
  if (!written(test)) return "is not written anywhere";
  const same = (reported) => reported === name || (["native", "wasm"].includes(layer) && reported.endsWith(`::${name}`));
  if ([...failed].some(same)) return "failed";
  return [...passed].some(same) ? undefined : "did not run";
}

function check() {
  const { rows, open } = parse(readFileSync(join(root, "docs/capabilities.md"), "utf8"));
  const document = JSON.parse(readFileSync(join(root, "public/openapi.json"), "utf8"));
  const methods = Object.values(document.paths).flatMap((path) => Object.values(path));
  const operations = new Set(methods.map(({ operationId }) => operationId).filter(Boolean));
  const cache = new Map();
  const results = (layer) => {
    if (!cache.has(layer)) {
      const file = (ending) => {
        const path = join(logs, `${layer}.${ending}`);
        return existsSync(path) ? readFileSync(path, "utf8") : undefined;
      };
      cache.set(layer, { outcome: file("outcome")?.trim(), ...outcomes(file("log") ?? "") });
    }
    return cache.get(layer);
  };

  const findings = rows.map((row) => {
    const wrong = [];
    if (row.cells !== 6) wrong.push(`has ${row.cells} cells, not 6`);
    if (!KNOWN.includes(row.id)) wrong.push("is no capability of the product");
    if (!row.holds) wrong.push("claims nothing");
    if (row.part === ["", "–", undefined].includes(row.open)) wrong.push("is marked as part exactly when something is open");
    if (row.tests.length === 0) wrong.push("names no test");
    for (const name of row.operations) if (!operations.has(name)) wrong.push(`operation ${name} is not in the document`);
    for (const test of row.tests) {
      const why = fault(test, results);
      if (why) wrong.push(`test "${test.text}" ${why}`);
      if (!new RegExp(`LAYERS="[^"]*\\b${test.layer}\\b`).test(row.proof)) wrong.push(`the proof does not run ${test.layer}`);
    }
    return { what: row.id, wrong: [...new Set(wrong)] };
  });

  const ids = [...rows.map(({ id }) => id), ...open];
  const doubled = ids.filter((id, at) => ids.indexOf(id) !== at);
  const missing = KNOWN.filter((id) => !ids.includes(id));
  const whole = [...doubled.map((id) => `${id} stands twice`), ...missing.map((id) => `${id} is missing`)];
  const strange = open.filter((id) => !KNOWN.includes(id)).map((id) => `${id} is no capability of the product`);
  findings.push({ what: "every capability stands on the page once", wrong: [...whole, ...strange] });
  const claimed = new Set(rows.flatMap((row) => row.operations));
  const unclaimed = [...operations].filter((name) => !claimed.has(name)).map((name) => `${name} belongs to no row`);
  findings.push({ what: "every operation belongs to a capability", wrong: unclaimed });
  return findings;
}

const findings = check();
for (const { what, wrong } of findings) for (const why of wrong) console.log(`✖ ${what}: ${why}`);
const failed = findings.filter(({ wrong }) => wrong.length > 0).length;
console.log(`${findings.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
