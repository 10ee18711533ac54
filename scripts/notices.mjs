// Writes THIRD_PARTY_NOTICES.md: what the deployed worker and its pages contain that others wrote, with the
// notices that their licences ask for. Usage: node scripts/notices.mjs [--check]
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { SERVED, linked, root } from "./components.mjs";

const target = join(root, "THIRD_PARTY_NOTICES.md");

function crates() {
  return linked().map(({ name, version, license, repository, manifest_path }) => {
    return { name, version, license: license.replaceAll("/", " OR "), where: repository, folder: dirname(manifest_path) };
  });
}

function pages() {
  return SERVED.map((name) => join(root, "node_modules", name))
    .filter((folder) => existsSync(folder))
    .map((folder) => {
      const { name, version, license, repository } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const where = (repository?.url ?? repository ?? "").replace(/^git\+|\.git$/g, "").replace(/^git@([^:]+):/, "https://$1/");
      return { name, version, license, where, folder };
    });
}

/** The notice to reproduce: MIT where there is a choice, all where there is none; NOTICE files always. */
function notices({ folder, license }) {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice|copyright)/i.test(file));
  const mit = files.filter((file) => /mit/i.test(file));
  const all = files.filter((file) => /^(licen[cs]e|copying)/i.test(file));
  const every = license.includes("AND") ? all.filter((file) => !/apache/i.test(file)) : all.slice(0, 1);
  const licence = mit.length > 0 && !license.includes("AND") ? mit : every;
  const extra = files.filter((file) => /^notice/i.test(file));
  return [...licence, ...extra]
    .filter((file) => !file.includes("THIRD"))
    .map((file) => readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").replace(/[ \t]+$/gm, "").trim());
}

const entries = [...crates(), ...pages()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
const groups = new Map();
for (const entry of entries) {
  const texts = notices(entry);
  for (const text of texts) groups.set(text, [...(groups.get(text) ?? []), entry]);
  if (texts.length === 0) groups.set("", [...(groups.get("") ?? []), entry]);
}
const without = groups.get("") ?? [];
groups.delete("");

const line = (entry) => `| ${entry.name} | ${entry.version} | ${entry.license} | ${entry.where ?? ""} |`;
const parts = [
  "# Third-party notices\n\nWhat the deployed worker and its pages contain that others wrote. Made by `node scripts/notices.mjs`.\n",
  `| package | version | licence | source |\n|---|---|---|---|\n${entries.map(line).join("\n")}\n`,
  ...[...groups].map(
    ([text, owners]) =>
      `## ${[...new Set(owners.map((entry) => entry.name))].join(", ")}\n\n\`\`\`\`text\n${text}\n\`\`\`\`\n`,
  ),
];
if (without.length > 0) {
  parts.push(
    `## Without a licence file in the package\n\n${without.map((entry) => `- ${entry.name} ${entry.version}: ${entry.license}`).join("\n")}\n`,
  );
}
const text = parts.join("\n");
if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
  console.error("THIRD_PARTY_NOTICES.md is not up to date: node scripts/notices.mjs");
  process.exitCode = 1;
}
