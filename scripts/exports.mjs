// Takes out of a Wasm module the exports of classes that `worker` declares and this Worker does not use: only then
// does wasm-opt see that nobody calls them (6 KB gzip). Usage: node scripts/exports.mjs <module>
import { readFileSync, writeFileSync } from "node:fs";

const UNUSED = /containerstartupoptions|intounderlying(bytesource|sink|source)|minifyconfig|r2range/;
const EXPORTS = 7; // the section's id (WebAssembly core specification 5.5.10)

const path = process.argv[2];
const module = readFileSync(path);

/** An unsigned LEB128 number and where it ends (5.2.2). */
function number(at) {
  let value = 0;
  for (let shift = 0; ; shift += 7, at += 1) {
    value += (module[at] & 0x7f) * 2 ** shift;
    if (module[at] < 0x80) return [value, at + 1];
  }
}

/** A number as LEB128. */
function leb(value) {
  const bytes = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return Buffer.from(bytes);
}

/** The section's body without the unused exports. */
function used(body) {
  const [count, first] = number(body);
  const entries = [];
  for (let at = first, left = count; left > 0; left -= 1) {
    const [length, text] = number(at);
    const [, end] = number(text + length + 1); // a byte says what it is, a number which one
    if (!UNUSED.test(module.toString("utf8", text, text + length))) entries.push(module.subarray(at, end));
    at = end;
  }
  return Buffer.concat([leb(entries.length), ...entries]);
}

const kept = [module.subarray(0, 8)];
for (let at = 8; at < module.length; ) {
  const [size, body] = number(at + 1);
  const end = body + size;
  if (module[at] === EXPORTS) {
    const section = used(body);
    kept.push(Buffer.from([EXPORTS]), leb(section.length), section);
  } else kept.push(module.subarray(at, end));
  at = end;
}
writeFileSync(path, Buffer.concat(kept));
