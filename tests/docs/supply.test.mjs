// What keeps bad packages, leaked secrets and wrong bills of materials out: each refuses what it is there to refuse.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { advisoryFaults, allowed, licenceFaults } from "../../scripts/npm-deny.mjs";
import { linked, locked } from "../../scripts/components.mjs";
import { sbom } from "../../scripts/sbom.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

let place;
before(() => (place = mkdtempSync(join(tmpdir(), "witness-supply-"))));
after(() => rmSync(place, { recursive: true, force: true }));

/** Runs a program with the scanners' Python first on PATH. */
const python = (script, words, cwd = root) => {
  const line = `cd ${JSON.stringify(root)} && source scripts/toolchain.sh && need_scanners && cd "$0" && exec python3 "$@"`;
  return spawnSync("bash", ["-c", line, cwd, script, ...words], { encoding: "utf8" });
};

test("a licence that nobody has allowed is told, and an exception that nothing needs", () => {
  const rules = {
    licences: ["MIT", "ISC"],
    exceptions: [{ package: "@copy/*", licence: "LGPL-3.0-or-later" }, { package: "gone", licence: "MPL-2.0" }],
  };
  const entry = (name, license) => ({ name, version: "1.0.0", license });
  const packages = [
    entry("good", "MIT"),
    entry("choice", "(GPL-3.0-only OR MIT)"),
    entry("both", "MIT AND GPL-3.0-only"),
    entry("silent", undefined),
    entry("@copy/left", "LGPL-3.0-or-later AND MIT"),
    entry("@copy/other", "GPL-3.0-only"),
  ];
  assert.deepEqual(licenceFaults(packages, rules), [
    "both 1.0.0: MIT AND GPL-3.0-only",
    "silent 1.0.0: no licence",
    "@copy/other 1.0.0: GPL-3.0-only",
    "the exception for gone is not needed",
  ]);
  assert.ok(allowed("MIT AND ISC", rules.licences));
});

test("an advisory stops a change unless it is let through, and then until a day", () => {
  const cause = (id, name) => ({ url: `https://github.com/advisories/${id}`, name, title: "bad", severity: "high" });
  const report = { vulnerabilities: { a: { via: [cause("GHSA-1", "a"), "b"] }, b: { via: [cause("GHSA-1", "a"), cause("GHSA-2", "b")] } } };
  const rules = (...advisories) => ({ advisories });
  assert.deepEqual(advisoryFaults(report, rules(), "2026-03-01"), ["GHSA-1 a: bad (high)", "GHSA-2 b: bad (high)"]);
  const borne = { id: "GHSA-1", reason: "the function is not called", until: "2026-03-01" };
  assert.deepEqual(advisoryFaults(report, rules(borne), "2026-03-01"), ["GHSA-2 b: bad (high)"]);
  assert.match(advisoryFaults(report, rules(borne), "2026-03-02")[0], /GHSA-1 a: let through until 2026-03-01 only/);
  assert.deepEqual(advisoryFaults({ vulnerabilities: {} }, rules(), "2026-03-01"), []);
  for (const none of [undefined, { message: "405 Method Not Allowed" }]) assert.equal(advisoryFaults(none, rules(), "2026-03-01"), undefined);
});

test("the bill of materials meets its schema, names every locked package, and is the same twice", () => {
  const bill = sbom();
  assert.deepEqual(sbom(), bill);
  const refs = new Set(bill.components.map((one) => one["bom-ref"]));
  assert.equal(refs.size, bill.components.length);
  for (const { name, version } of locked()) assert.ok(refs.has(`pkg:npm/${name.replace("@", "%40")}@${version}`), name);
  const required = bill.components.filter(({ scope }) => scope === "required").map((one) => one["bom-ref"]);
  for (const { name, version } of linked()) assert.ok(required.includes(`pkg:cargo/${name}@${version}`), name);
  assert.ok(required.some((ref) => ref.startsWith("pkg:npm/swagger-ui-dist@")));
  const itself = bill.metadata.component["bom-ref"];
  for (const { ref, dependsOn } of bill.dependencies) {
    for (const one of [ref, ...dependsOn]) assert.ok(refs.has(one) || one === itself, one);
  }
  // What comes from a registry has a hash, but for the entries that scripts/lock.mjs adds.
  const bare = bill.components.filter(({ purl, hashes }) => purl && !hashes).map(({ name }) => name);
  assert.deepEqual(bare.filter((name) => !name.startsWith("@cloudflare/workerd-")), []);

  const file = join(place, "sbom.json");
  const validate = () => python(join(root, "scripts/sbom_validate.py"), [file]);
  writeFileSync(file, JSON.stringify({ ...bill, components: bill.components.slice(0, 5) }));
  assert.equal(validate().status, 0, validate().stderr);
  writeFileSync(file, JSON.stringify({ ...bill, components: [{ name: "x" }] }));
  assert.equal(validate().status, 1);
});

test("a secret in a file is found by name of file and line, and never repeated", () => {
  const folder = join(place, "checkout");
  mkdirSync(join(folder, "scripts"), { recursive: true });
  for (const name of ["secret_scan.py", "secret_plugins.py", "requirements.txt"]) {
    copyFileSync(join(root, "scripts", name), join(folder, "scripts", name));
  }
  execFileSync("git", ["init", "--quiet", folder]);
  const scan = (...words) => python("scripts/secret_scan.py", words, folder);
  writeFileSync(join(folder, "settings.txt"), "nothing\n");
  assert.equal(scan("--write").status, 0);
  assert.equal(scan().status, 0, scan().stderr);
  // Put together here, so that this file holds none.
  const random = "q7R2".repeat(11).slice(0, 43);
  const cases = [
    [`# mine\nVAULT_KEY="${random}"\n`, "settings.txt:2: Secret of this house"],
    [`key: ${"MC4CAQAwBQYDK2Vw"}${"BCIEI"}${random}\n`, "settings.txt:1: Ed25519 private key"],
    [`-----BEGIN ${"PRIVATE"} KEY-----\n`, "settings.txt:1: Private Key"],
    [`token = "${"ghp"}_${"a1B2c3D4e5F6".repeat(3)}"\n`, "settings.txt:1: GitHub Token"],
  ];
  for (const [text, words] of cases) {
    writeFileSync(join(folder, "settings.txt"), text);
    const { status, stderr } = scan();
    assert.equal(status, 1, words);
    assert.ok(stderr.includes(words), stderr);
    assert.ok(!stderr.includes(random), stderr);
  }
  assert.equal(scan("--write").status, 0);
  assert.equal(scan().status, 0);
});
