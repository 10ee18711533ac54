// Takes out what `worker` exports for JavaScript and this Worker does not use (4.5 KB gzip). Of the module the exports
// go, before wasm-opt looks for what nobody calls; of the glue the classes around them.
//
// Usage: node scripts/unused.mjs module <index_bg.wasm>
//        node scripts/unused.mjs glue <index.js> <shim.js>
import { readFileSync, writeFileSync } from "node:fs";

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
  /** An unsigned LEB128 number and where it ends (5.2.2). */
  const number = (at) => {
    let value = 0;
    for (let shift = 0; ; shift += 7, at += 1) {
      value += (bytes[at] & 0x7f) * 2 ** shift;
      if (bytes[at] < 0x80) return [value, at + 1];
    }
  };
  const leb = (value) => {
    const low = value % 128;
    return value < 128 ? Buffer.from([low]) : Buffer.concat([Buffer.from([low | 0x80]), leb((value - low) / 128)]);
  };
  const used = (body) => {
    const [count, first] = number(body);
    const entries = [];
    for (let at = first, left = count; left > 0; left -= 1) {
      const [length, text] = number(at);
      const [, end] = number(text + length + 1); // a byte says what it is, a number which one
      if (!unused.test(bytes.toString("utf8", text, text + length))) entries.push(bytes.subarray(at, end));
      at = end;
    }
    return Buffer.concat([leb(entries.length), ...entries]);
  };
  const kept = [bytes.subarray(0, 8)];
  for (let at = 8; at < bytes.length; ) {
    const [size, body] = number(at + 1);
    const end = body + size;
    if (bytes[at] === EXPORTS) {
      const section = used(body);
      kept.push(Buffer.from([EXPORTS]), leb(section.length), section);
    } else kept.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}

/** Glue or shim without those classes. Throws where one is still named. */
function glue(text) {
  for (const name of CLASSES) {
    const parts = [
      `^(export )?class ${name} \\{\\n[^]*?^\\}\\n`,
      `^if \\(Symbol\\.dispose\\) ${name}\\..*\\n`,
      `^const ${name}Finalization = [^]*?^\\}\\);\\n`,
      `^export const ${name} = .*\\n`,
    ];
    for (const part of parts) text = text.replace(new RegExp(part, "m"), "");
    const left = new RegExp(`^.*\\b${name}(Finalization)?\\b.*$`, "m").exec(text);
    if (left) throw new Error(`scripts/unused.mjs does not know this use of ${name}: ${left[0].trim()}`);
  }
  return text;
}

const [what, ...paths] = process.argv.slice(2);
for (const path of paths) {
  const bytes = readFileSync(path);
  writeFileSync(path, what === "module" ? module(bytes) : glue(bytes.toString("utf8")));
}
