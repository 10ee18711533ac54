// What the guides tell somebody to do can be done: links lead somewhere, commands exist with their flags, paths are
// operations, statements prepare against the schema, and each runbook answers the same five questions.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const read = (name) => readFileSync(join(root, name), "utf8");
const folder = (name) => readdirSync(join(root, name)).filter((file) => file.endsWith(".md")).map((file) => `${name}/${file}`);

const RUNBOOKS = folder("docs/runbooks");
const GUIDES = ["docs/deployment.md", "docs/incidents.md", "docs/operations.md", ...RUNBOOKS];
const PAGES = ["README.md", "SECURITY.md", "bench/README.md", "clients/js/README.md", ...folder("docs"), ...RUNBOOKS];
const FORM = ["What you see", "How to be sure", "What to do now", "How to tell that it is over", "Afterwards"];

const document = JSON.parse(read("public/openapi.json"));
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}$`),
    body: operation.requestBody?.content?.["application/json"]?.schema,
  })),
);
const schema = (one) => (one?.$ref ? document.components.schemas[one.$ref.split("/").at(-1)] : one);

/** The commands of a page: those of its shell blocks, continued lines joined, and those in backquotes. */
function commands(text) {
  const blocks = [...text.matchAll(/^ *```(?:sh|console)?\n([\s\S]*?)^ *```/gm)].map(([, block]) => block.replace(/\\\n/g, " "));
  const prose = text.replace(/^ *```[\s\S]*?^ *```/gm, "");
  const quoted = [...prose.matchAll(/`([^`]+)`/g)].map(([, words]) => words.replace(/\s+/g, " "));
  return [...blocks.flatMap((block) => block.split("\n")), ...quoted].map((line) => line.replace(/(^|\s)#\s.*$/, "").trim()).filter(Boolean);
}

const all = (pick) => GUIDES.flatMap((page) => commands(read(page)).flatMap((line) => pick(line).map((found) => ({ page, line, ...found }))));

test("links between documents lead to a file, and to a heading of it", () => {
  const slug = (heading) => heading.toLowerCase().replace(/[`*]/g, "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-");
  const headings = (text) => [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading));
  let seen = 0;
  for (const page of PAGES) {
    for (const [, target] of read(page).replace(/^ *```[\s\S]*?^ *```/gm, "").matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path, anchor] = target.split("#");
      const file = path === "" ? page : relative(root, join(root, dirname(page), path));
      assert.ok(existsSync(join(root, file)), `${page}: ${target}`);
      if (anchor && file.endsWith(".md")) assert.ok(headings(read(file)).includes(anchor), `${page}: ${target}`);
      seen += 1;
    }
  }
  assert.ok(seen > 80, String(seen));
});

test("every runbook answers the same questions, and the list has all", () => {
  const list = read("docs/runbooks/README.md");
  const incidents = RUNBOOKS.filter((page) => !/README|rotate-keys/.test(page));
  assert.ok(incidents.length >= 10);
  for (const page of RUNBOOKS.filter((one) => !one.endsWith("README.md"))) assert.ok(list.includes(`(${page.split("/").at(-1)})`), page);
  for (const page of incidents) {
    const text = read(page);
    assert.deepEqual([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading), FORM, page);
    for (const heading of ["How to be sure", "How to tell that it is over"]) {
      const section = text.split(`## ${heading}\n`)[1].split("\n## ")[0];
      assert.ok(commands(section).length > 0, `${page}: ${heading} has no command`);
    }
    assert.match(text, /incidents\.md#(the-record|classes)/, page);
  }
});

test("make targets exist", () => {
  const targets = new Set([...read("Makefile").matchAll(/^([a-z-]+):/gm)].map(([, name]) => name));
  const found = all((line) => [...line.matchAll(/(?:^|&& |; |\| )make ([a-z-]+)/g)].map(([, target]) => ({ target })));
  assert.ok(found.length > 30, String(found.length));
  for (const { page, line, target } of found) assert.ok(targets.has(target), `${page}: ${line}`);
});

test("wrangler has the commands, and they take the flags", async () => {
  const source = read("node_modules/wrangler/wrangler-dist/cli.js");
  const known = new Set([...source.matchAll(/command: "wrangler ([a-z0-9 -]+)"/g)].map(([, command]) => command));
  const found = all((line) =>
    [...line.matchAll(/(?:npx )?wrangler ((?:[a-z0-9-]+ ?)+)([^|]*)/g)].filter(([whole]) => !/^wrangler\.|wrangler \w+ tells/.test(whole)).flatMap(([, words, rest]) => {
      const parts = words.trim().split(" ");
      while (parts.length > 0 && !known.has(parts.join(" "))) parts.pop();
      return [{ command: parts.join(" "), flags: [...` ${words}${rest}`.matchAll(/ --([a-z-]+)/g)].map(([, flag]) => flag) }];
    }),
  );
  assert.ok(found.length > 30, String(found.length));
  for (const { page, line, command } of found) assert.ok(command !== "", `${page}: ${line}`);
  const run = promisify(execFile);
  const help = new Map();
  const wanted = [...new Set(found.filter(({ flags }) => flags.some((flag) => flag !== "env")).map(({ command }) => command))];
  const wrangler = join(root, "node_modules/.bin/wrangler");
  while (wanted.length > 0) {
    const some = wanted.splice(0, 2);
    const env = { ...process.env, NO_COLOR: "1", WRANGLER_SEND_METRICS: "false", COLUMNS: "200" };
    const told = await Promise.all(some.map((command) => run(wrangler, [...command.split(" "), "--help"], { cwd: root, env, maxBuffer: 1 << 24 })));
    some.forEach((command, at) => help.set(command, told[at].stdout + told[at].stderr));
  }
  for (const { page, line, command, flags } of found) {
    for (const flag of flags.filter((one) => one !== "env")) assert.match(help.get(command), new RegExp(`--${flag}\\b`), `${page}: ${line}`);
  }
});

test("paths are operations, and bodies are what they take", () => {
  const found = all((line) => {
    // A variable of the shell stands for one part of a path.
    const call = /(?:ask|curl) /.test(line);
    return [...line.matchAll(/(?:\$URL|https:\/\/[a-z.-]+|(?<=^(?:GET|PUT|POST|DELETE) )|(?<=^))(\/[\w./:$-]+)/g)]
      .map(([, path]) => path)
      .filter((path) => call || /^(GET|PUT|POST|DELETE) |^\/(api|health|ready|cache|\.well-known)\b/.test(line))
      .map((path) => {
        const method = /(?:-X |^)(GET|PUT|POST|DELETE|PATCH)\b/.exec(line)?.[1] ?? (call ? "GET" : undefined);
        return { path, method, body: / -d '([^']+)'/.exec(line)?.[1] };
      });
  });
  assert.ok(found.length > 40, String(found.length));
  for (const { page, line, path, method, body } of found) {
    const where = `${page}: ${line}`;
    const same = operations.filter((one) => one.pattern.test(path) && (!method || one.method === method));
    assert.ok(same.length > 0, where);
    if (!body) continue;
    const wanted = schema(same[0].body);
    const sent = JSON.parse(body);
    for (const name of Object.keys(sent)) assert.ok(name in wanted.properties, `${where}: ${name}`);
    for (const name of wanted.required ?? []) assert.ok(name in sent, `${where}: ${name} is missing`);
  }
});

test("statements prepare against the migrated schema", () => {
  const database = new DatabaseSync(":memory:");
  for (const name of readdirSync(join(root, "migrations")).filter((file) => file.endsWith(".sql")).sort()) database.exec(read(`migrations/${name}`));
  database.exec("CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)");
  const found = all((line) => [...line.matchAll(/--command\s+"([^"]+)"/g)].map(([, statement]) => ({ statement })));
  assert.ok(found.length >= 8, String(found.length));
  for (const { page, statement } of found) assert.doesNotThrow(() => database.prepare(statement), `${page}: ${statement}`);
});

test("files and variables that are named exist", () => {
  const texts = ["scripts", ".github/workflows"].flatMap((place) => readdirSync(join(root, place)).map((file) => read(`${place}/${file}`)));
  const variables = new Set(`${read("README.md")} ${texts.join(" ")}`.match(/\b[A-Z]+(_[A-Z]+)+\b/g));
  let files = 0;
  for (const page of [...GUIDES, "SECURITY.md", "README.md"]) {
    const prose = read(page).replace(/^ *```[\s\S]*?^ *```/gm, "");
    for (const [, word] of prose.matchAll(/`([^`\n]+)`/g)) {
      if (/^(src|scripts|tests|docs|migrations|tools|bench|schema|clients|\.github|\.ci)\/[\w./-]*$/.test(word)) {
        assert.ok(existsSync(join(root, word)) || /NNNN/.test(word), `${page}: ${word}`);
        files += 1;
      } else if (/^[A-Z]+(_[A-Z]+)+$/.test(word)) {
        assert.ok(variables.has(word), `${page}: ${word}`);
      }
    }
  }
  assert.ok(files > 20, String(files));
});

test("shell blocks can be read by a shell", async () => {
  const run = promisify(execFile);
  for (const page of GUIDES) {
    for (const [, block] of read(page).matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)) {
      await run("bash", ["-n", "-c", block]).catch((error) => assert.fail(`${page}: ${error.message}`));
    }
  }
});
