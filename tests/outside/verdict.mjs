// Reads schemathesis' JSON report and what the hooks noted: says in a line what ran and which operations never did what
// they are for, and ends non-zero unless every phase ran on every operation without a failure or an error, and every
// plain look at what is there succeeded.
import { readFileSync } from "node:fs";

const read = (path) => JSON.parse(readFileSync(path, "utf8"));
const report = read(process.argv[2]);
const succeeded = new Set(read(process.env.OUTSIDE_SUCCEEDED));
const { admin_key: admin } = JSON.parse(process.env.OUTSIDE_WORLD);
const document = read(new URL("../../public/openapi.json", import.meta.url));

// The one needs ten days with readings, which no run has; the other a client of sockets.
const BEYOND = ["find_reading_correlation", "connect_relay"];

const phases = Object.entries(report.phases).map(([name, { status }]) => `${name} ${status}`);
const { selected, tested } = report.operations;
const { generated, unique_failures: failures } = report.test_cases;

console.log(
  `seed ${report.seed}: ${generated} cases on ${tested} of ${selected} operations in ${Math.round(report.running_time)} s; ` +
    `${phases.join(", ")}; ${failures} failures, ${report.errors.length} errors`,
);

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, operation]) => (operation.operationId ? [{ path, method, ...operation }] : [])),
);
const never = operations.filter(({ operationId }) => !succeeded.has(operationId));
const plain = never.filter(
  ({ path, method, operationId, security = [] }) =>
    method === "get" &&
    !path.includes("{") &&
    !BEYOND.includes(operationId) &&
    (admin || !security.some((scheme) => "admin_key" in scheme)),
);
const names = (list) => list.map(({ operationId }) => operationId).join(" ") || "none";

const whole = report.complete && tested === selected && phases.every((phase) => phase.endsWith(" success"));
if (selected === operations.length) {
  console.log(`operations that never succeeded: ${names(never)}`);
  if (plain.length > 0) console.log(`of these, looks that had to: ${names(plain)}`);
}
const reached = selected < operations.length || plain.length === 0;
process.exitCode = whole && reached && failures === 0 && report.errors.length === 0 ? 0 : 1;
