// What a deployment uploads, and where to: out/ and wrangler.toml.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { unstable_readConfig } from "wrangler";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (name) => readFileSync(`${root}/out/${name}`);
const names = readdirSync(`${root}/out`).filter((name) => /\.(js|wasm)$/.test(name));

test("the bundle fits its budget of 1,088 KiB gzip", () => {
  assert.ok(names.length >= 2, String(names));
  // By the same program as scripts/size.sh: Node's own gzip is a few kilobytes worse.
  const gzip = (name) => execFileSync("gzip", ["-9", "-n", "-c"], { input: read(name), maxBuffer: 1 << 24 });
  const bytes = names.reduce((sum, name) => sum + gzip(name).length, 0);
  assert.ok(bytes <= 1088 * 1024, `${bytes} bytes`);
});

test("the hook that tells of a panic is in the module, whose names are not", () => {
  const module = new WebAssembly.Module(read(names.find((name) => name.endsWith(".wasm"))));
  const imports = WebAssembly.Module.imports(module).map(({ name }) => name);
  // console_error_panic_hook writes the panic with console.error and the stack of a new Error.
  for (const needed of [/__wbg_error_/, /__wbg_stack_/]) {
    assert.ok(imports.some((name) => needed.test(name)), String(needed));
  }
  assert.deepEqual(WebAssembly.Module.customSections(module, "name"), []);
});

test("every environment has stores of its own and all bindings of development", () => {
  const environments = [undefined, "staging", "production"];
  const configs = environments.map((env) =>
    unstable_readConfig({ config: `${root}/wrangler.toml`, env }, { hideWarnings: true }),
  );
  const bindings = (config) => [
    ...config.d1_databases.map(({ binding }) => binding),
    ...config.kv_namespaces.map(({ binding }) => binding),
    ...config.durable_objects.bindings.map(({ name, class_name }) => `${name} ${class_name}`),
    config.assets.binding,
    ...config.triggers.crons,
    ...config.migrations.flatMap(({ tag, new_sqlite_classes }) => [tag, ...new_sqlite_classes]),
    ...Object.keys(config.vars).filter((name) => !["LIMIT_SCALE", "PUBLIC_URL"].includes(name)),
  ];
  for (const config of configs.slice(1)) assert.deepEqual(bindings(config), bindings(configs[0]));
  const stores = configs.flatMap((config) => [
    ...config.d1_databases.map(({ database_id }) => `d1 ${database_id}`),
    ...config.kv_namespaces.map(({ id }) => `kv ${id}`),
    `name ${config.name}`,
  ]);
  assert.equal(new Set(stores).size, stores.length, stores.join(", "));
  assert.deepEqual(configs.map(({ vars }) => vars.ENVIRONMENT), ["development", ...environments.slice(1)]);
  for (const { vars } of configs.slice(1)) assert.equal(vars.LIMIT_SCALE, undefined);
  for (const { vars } of configs) assert.ok(!Object.keys(vars).some((name) => name.includes("SECRET")));
});
