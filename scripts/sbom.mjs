// The bill of materials, CycloneDX 1.6, from Cargo.lock and package-lock.json. The same lock files give the same bytes: no
// time and no serial number. Usage: node scripts/sbom.mjs <file>
//
// Scope `required`: part of what is deployed. `excluded`: builds, tests or measures it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { SERVED, linked, locked, metadata, root } from "./components.mjs";

const licence = (expression) => (expression ? { licenses: [{ expression: expression.replaceAll("/", " OR ") }] } : {});
const byRef = (a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1);

/** SHA-256 of every crate's archive, by name and version. */
function checksums() {
  const blocks = readFileSync(join(root, "Cargo.lock"), "utf8").split("[[package]]").slice(1);
  const field = (block, name) => new RegExp(`^${name} = "(.*)"$`, "m").exec(block)?.[1];
  return new Map(blocks.map((block) => [`${field(block, "name")}@${field(block, "version")}`, field(block, "checksum")]));
}

function crates() {
  const { packages, resolve } = metadata();
  const deployed = new Set(linked().map(({ id }) => id));
  const sums = checksums();
  const ref = ({ name, version }) => `pkg:cargo/${name}@${version}`;
  const refs = new Map(packages.map((entry) => [entry.id, ref(entry)]));
  const components = packages.map((entry) => {
    const { id, name, version, license, repository, source } = entry;
    const sum = sums.get(`${name}@${version}`);
    const external = repository && /^https?:/.test(repository) ? { externalReferences: [{ type: "vcs", url: repository }] } : {};
    const hashes = sum ? { hashes: [{ alg: "SHA-256", content: sum }] } : {};
    // A crate of this workspace is no package of the registry.
    const purl = source ? { purl: ref(entry) } : {};
    const scope = deployed.has(id) || (!source && ["witness", "witness-sky"].includes(name)) ? "required" : "excluded";
    return { type: "library", "bom-ref": ref(entry), name, version, scope, ...hashes, ...licence(license), ...purl, ...external };
  });
  const dependencies = resolve.nodes.map(({ id, deps }) => ({
    ref: refs.get(id),
    dependsOn: [...new Set(deps.map(({ pkg }) => refs.get(pkg)))].sort(),
  }));
  return { components, dependencies };
}

function packages() {
  const entries = locked();
  const places = new Map(entries.map((entry) => [entry.place, entry]));
  const ref = ({ name, version }) => `pkg:npm/${name.replace("@", "%40")}@${version}`;
  /** Where Node finds a dependency of a package: in its own node_modules, else further out. */
  const resolved = (place, name) => {
    for (let at = place; ; at = at.slice(0, Math.max(at.lastIndexOf("/node_modules/"), 0))) {
      const found = places.get(at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`);
      if (found || at === "") return found;
    }
  };
  const components = entries.map((entry) => {
    const [, alg, sum] = /^(sha512)-(.+)$/.exec(entry.integrity ?? "") ?? [];
    const hashes = alg ? { hashes: [{ alg: "SHA-512", content: Buffer.from(sum, "base64").toString("hex") }] } : {};
    const scope = SERVED.includes(entry.name) ? "required" : "excluded";
    return { type: "library", "bom-ref": ref(entry), name: entry.name, version: entry.version, scope, ...hashes, ...licence(entry.license), purl: ref(entry) };
  });
  const dependencies = entries.map((entry) => {
    const names = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies });
    const found = names.map((name) => resolved(entry.place, name)).filter(Boolean);
    return { ref: ref(entry), dependsOn: [...new Set(found.map(ref))].sort() };
  });
  return { components, dependencies };
}

/** One entry for each reference; a package that lies in several places has the dependencies of all. */
function once(entries, key) {
  const found = new Map();
  for (const entry of entries) {
    const known = found.get(entry[key]);
    if (known?.dependsOn) known.dependsOn = [...new Set([...known.dependsOn, ...entry.dependsOn])].sort();
    else if (!known) found.set(entry[key], entry);
  }
  return [...found.values()];
}

export function sbom() {
  const [rust, npm] = [crates(), packages()];
  const all = once([...rust.components, ...npm.components], "bom-ref").sort(byRef);
  const itself = all.find(({ name, purl }) => name === "witness" && !purl);
  const components = all.filter((one) => one !== itself);
  const dependencies = once([...rust.dependencies, ...npm.dependencies], "ref").sort((a, b) => (a.ref < b.ref ? -1 : 1));
  const served = components.filter(({ name }) => SERVED.includes(name)).map((one) => one["bom-ref"]);
  dependencies.find(({ ref }) => ref === itself["bom-ref"]).dependsOn.push(...served);
  const { scope, ...component } = itself;
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { ...component, type: "application" } },
    components,
    dependencies,
  };
}

const [file] = process.argv.slice(2);
if (process.argv[1] === import.meta.filename) {
  if (!file) throw new Error("usage: node scripts/sbom.mjs <file>");
  mkdirSync(dirname(file), { recursive: true });
  const bom = sbom();
  writeFileSync(file, `${JSON.stringify(bom, null, 1)}\n`);
  console.log(`${file}: ${bom.components.length} components, ${bom.components.filter(({ scope }) => scope === "required").length} of them deployed`);
}
