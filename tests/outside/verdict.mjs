// Reads schemathesis' JSON report: says in one line what ran, and ends non-zero unless every phase ran on every
// operation without a failure or an error.
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const phases = Object.entries(report.phases).map(([name, { status }]) => `${name} ${status}`);
const { selected, tested } = report.operations;
const { generated, unique_failures: failures } = report.test_cases;

console.log(
  `seed ${report.seed}: ${generated} cases on ${tested} of ${selected} operations in ${Math.round(report.running_time)} s; ` +
    `${phases.join(", ")}; ${failures} failures, ${report.errors.length} errors`,
);

const whole = report.complete && tested === selected && phases.every((phase) => phase.endsWith(" success"));
process.exitCode = whole && failures === 0 && report.errors.length === 0 ? 0 : 1;
