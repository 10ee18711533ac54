// Takes out what `worker` exports for JavaScript and this Worker does not use (4.5 KB gzip). Of the module the exports
// go, before wasm-opt looks for what nobody calls; of the glue the classes around them.
//
// Usage: node scripts/unused.mjs module <index_bg.wasm>
//        node scripts/unused.mjs glue <index.js> <shim.js>
import { readFileSync, writeFileSync } from "node:fs";

import { changed, leb, name, number } from "./wasm-sections.mjs";

const CLASSES = [
  "ContainerStartupOptions",
  "IntoUnderlyingByteSource",
  "IntoUnderlyingSink",
  "IntoUnderlyingSource",
  "MinifyConfig",
  "R2Range",
];
const EXPORTS = 7; // the section's id (WebAssembly core specification 5.5.10)

/** A module without the exports of those classes. */
function module(bytes) {
  const unused = new RegExp(CLASSES.join("|").toLowerCase());
  return changed(bytes, (id, body) => {
    if (id !== EXPORTS) return body;
    const entries = [];
    const [count, first] = number(body, 0);
    for (let at = first, left = count; left > 0; left -= 1) {
      const [exported, kind] = name(body, at);
      const [, end] = number(body, kind + 1); // a byte says what it is, a number which one
      if (!unused.test(exported)) entries.push(body.subarray(at, end));
      at = end;
    }
    return Buffer.concat([leb(entries.length), ...entries]);
  });
}

/** Glue or shim without those classes. Throws where one is still named. */
function glue(text) {
  for (const one of CLASSES) {
    const parts = [
      `^(export )?class ${one} \\{\\n[^]*?^\\}\\n`,
      `^if \\(Symbol\\.dispose\\) ${one}\\..*\\n`,
      `^const ${one}Finalization = [^]*?^\\}\\);\\n`,
      `^export const ${one} = .*\\n`,
    ];
    for (const part of parts) text = text.replace(new RegExp(part, "m"), "");
    const left = new RegExp(`^.*\\b${one}(Finalization)?\\b.*$`, "m").exec(text);
    if (left) throw new Error(`scripts/unused.mjs does not know this use of ${one}: ${left[0].trim()}`);
  }
  return text;
}

const [what, ...paths] = process.argv.slice(2);
for (const path of paths) {
  const bytes = readFileSync(path);
  writeFileSync(path, what === "module" ? module(bytes) : glue(bytes.toString("utf8")));
}
