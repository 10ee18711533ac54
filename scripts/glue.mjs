// Changes how wasm-bindgen's glue copies a text into Wasm: character by character as long as they are ASCII, which for a
// long one takes ten times as long as the platform's encoder. Short ones stay as they are: for them it is the quicker way.
//
// Usage: node glue.mjs <index.js>. Ends with 1 when the glue is not the one it knows.
import { readFileSync, writeFileSync } from "node:fs";

const LOOP = "for (; offset < len; offset++) {";
/** From so many characters on the encoder is quicker. */
const LONG = 64;

const [file] = process.argv.slice(2);
const glue = readFileSync(file, "utf8");
if (glue.split(LOOP).length !== 2) {
  console.error(`scripts/glue.mjs does not know this glue of wasm-bindgen: expected once: ${LOOP}`);
  process.exit(1);
}
writeFileSync(file, glue.replace(LOOP, `for (; len < ${LONG} && offset < len; offset++) {`));
