// What cargo-deny is for crates, for npm packages. Rules and exceptions: scripts/npm-deny.json.
// Usage: node scripts/npm-deny.mjs licences      from the lock files alone
//        node scripts/npm-deny.mjs advisories    asks the registry; says so when it cannot be asked
//
// An advisory is let through by { "id": "GHSA-…", "reason": "…", "until": "YYYY-MM-DD" } until that day.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { locked, root } from "./components.mjs";

const LOCKS = ["package-lock.json", "bench/package-lock.json"];

/** Whether an SPDX expression can be met with these licences. */
export function allowed(expression, licences) {
  const either = expression.replace(/[()]/g, "").split(" OR ");
  return either.some((option) => option.split(" AND ").every((one) => licences.includes(one.trim())));
}

/** The packages whose licence nobody has allowed, and the exceptions that nothing needs. */
export function licenceFaults(packages, { licences, exceptions }) {
  const used = new Set();
  const excepted = ({ name }) =>
    exceptions.filter((one) => (one.package.endsWith("*") ? name.startsWith(one.package.slice(0, -1)) : name === one.package));
  const faults = packages
    .filter((entry) => {
      if (entry.license && allowed(entry.license, licences)) return false;
      const own = excepted(entry);
      for (const one of own) used.add(one);
      return !entry.license || !allowed(entry.license, [...licences, ...own.map(({ licence }) => licence)]);
    })
    .map(({ name, version, license }) => `${name} ${version}: ${license ?? "no licence"}`);
  const idle = exceptions.filter((one) => !used.has(one)).map((one) => `the exception for ${one.package} is not needed`);
  return [...new Set([...faults, ...idle])];
}

/** The advisories in a report of `npm audit --json` that nobody has let through; `undefined` if it is none. */
export function advisoryFaults(report, { advisories }, today) {
  if (!report?.vulnerabilities) return undefined;
  const via = Object.values(report.vulnerabilities).flatMap((one) => one.via.filter((cause) => typeof cause === "object"));
  const known = new Map(advisories.map((one) => [one.id, one]));
  const faults = via.map(({ url, name, title, severity }) => {
    const id = url.split("/").at(-1);
    const exception = known.get(id);
    if (!exception) return `${id} ${name}: ${title} (${severity})`;
    return exception.until < today ? `${id} ${name}: let through until ${exception.until} only` : undefined;
  });
  return [...new Set(faults.filter(Boolean))];
}

function advisories(rules) {
  const faults = [];
  for (const lock of LOCKS) {
    const { stdout } = spawnSync("npm", ["audit", "--json", "--package-lock-only"], { cwd: dirname(join(root, lock)), encoding: "utf8" });
    let report;
    try {
      report = JSON.parse(stdout);
    } catch {
      report = undefined;
    }
    const found = advisoryFaults(report, rules, new Date().toISOString().slice(0, 10));
    if (found === undefined) console.error(`  the registry does not tell advisories here: those of ${lock} are NOT checked`);
    else faults.push(...found);
  }
  return faults;
}

if (process.argv[1] === import.meta.filename) {
  const rules = JSON.parse(readFileSync(join(root, "scripts/npm-deny.json"), "utf8"));
  const checks = { licences: () => licenceFaults(LOCKS.flatMap((file) => locked(file)), rules), advisories: () => advisories(rules) };
  const faults = checks[process.argv[2]]();
  for (const fault of faults) console.error(`  ${fault}`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
