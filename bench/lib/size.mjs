// The size of what is deployed.
import { execFileSync } from "node:child_process";

/** Bytes of all modules together, gzipped one by one with `gzip -9`, as `make size` counts them. */
export function gzipBytes(modules) {
  return modules.reduce(
    (sum, { contents }) => sum + execFileSync("gzip", ["-9"], { input: contents, maxBuffer: 2 ** 26 }).length,
    0,
  );
}
