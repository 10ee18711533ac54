// The drill: a local D1 with rows in every table, backed up and restored into an empty one through wrangler.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";

import { KEY, everything, filled, only, root } from "./backup.mjs";
import { folder } from "./worker.mjs";

const run = (tool, args, env = {}) =>
  new Promise((resolve) => {
    const quiet = { ...process.env, BACKUP_KEY: "", CONFIRM: "", CI: "1", WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", ...env };
    execFile(process.execPath, [join(root, "tools", tool, "main.mjs"), ...args], { cwd: root, env: quiet }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, said: stdout + stderr }),
    );
  });

function opened(state, work) {
  const place = join(state, "v3/d1");
  const names = readdirSync(place, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".sqlite") && !name.endsWith("metadata.sqlite"));
  assert.equal(names.length, 1);
  const database = new DatabaseSync(join(place, names[0]));
  try {
    return work(database);
  } finally {
    database.close();
  }
}

async function drill(place, source, env) {
  const [to, target] = [join(place, "backups"), join(place, "state")];
  const made = await run("backup", ["backup", "--to", to, "--persist-to", source], env);
  assert.equal(made.code, 0, made.said);
  assert.match(made.said, /read back and found whole/);
  const refused = await run("backup", ["restore", "--from", only(to), "--persist-to", target], env);
  assert.equal(refused.code, 1);
  assert.match(refused.said, /nothing was written: CONFIRM=yes/);
  assert.ok(!existsSync(target), "nothing was written");
  const restored = await run("backup", ["restore", "--from", only(to), "--persist-to", target], { ...env, CONFIRM: "yes" });
  assert.equal(restored.code, 0, restored.said);
  assert.match(restored.said, /every row was read back/);
  return { file: readFileSync(only(to)), target };
}

// Most of the time goes into starts of wrangler, one after the other.
describe("backups through wrangler", { concurrency: true }, () => {
  const source = folder();
  let counts;
  const ready = (async () => {
    const up = await run("migrate", ["up", "--persist-to", source.path]);
    assert.equal(up.code, 0, up.said);
    counts = opened(source.path, (database) => filled(database));
  })();

  for (const [what, env] of [["readable", {}], ["sealed", { BACKUP_KEY: KEY }]]) {
    test(`a ${what} backup of local D1 with rows in every table is restored into an empty one, row by row`, async () => {
      const place = folder();
      try {
        await ready;
        const { file, target } = await drill(place.path, source.path, env);
        const before = opened(source.path, everything);
        assert.deepEqual(Object.keys(before.rows).sort(), Object.keys(counts).filter((table) => table !== "migrations_applied").sort());
        assert.deepEqual(Object.entries(before.rows).filter(([, rows]) => rows.length === 0), []);
        assert.deepEqual(opened(target, everything), before);
        assert.equal(file.includes("password_hash"), what === "readable");
      } finally {
        place.remove();
      }
    });
  }

  test.after(() => source.remove());
});
