// The size of what is deployed.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** Bytes of all modules together, gzipped one by one at the highest level. */
export function gzipBytes(modules) {
  return modules.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}
