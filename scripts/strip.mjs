// Copies a Wasm module without its name section: names serve symbolication, not the running worker.
// Usage: node scripts/strip.mjs <from> <to>
import { readFileSync, writeFileSync } from "node:fs";

import { changed, name } from "./wasm-sections.mjs";

const CUSTOM = 0; // the section's id (WebAssembly core specification 5.5.3)
const [from, to] = process.argv.slice(2);
const named = (id, body) => id === CUSTOM && name(body, 0)[0] === "name";
writeFileSync(to, changed(readFileSync(from), (id, body) => (named(id, body) ? undefined : body)));
