// Copies a Wasm module without its name section: names serve symbolication, not the running worker.
// Usage: node scripts/strip.mjs <from> <to>
import { readFileSync, writeFileSync } from "node:fs";

const [from, to] = process.argv.slice(2);
const module = readFileSync(from);
if (module.readUInt32LE(0) !== 0x6d736100) throw new Error(`${from} is not a Wasm module`);

/** An unsigned LEB128 number and where it ends (WebAssembly core specification 5.2.2). */
function number(at) {
  let value = 0;
  for (let shift = 0; ; shift += 7, at += 1) {
    value += (module[at] & 0x7f) * 2 ** shift;
    if (module[at] < 0x80) return [value, at + 1];
  }
}

const kept = [module.subarray(0, 8)];
for (let at = 8; at < module.length; ) {
  const [size, body] = number(at + 1);
  const end = body + size;
  const custom = module[at] === 0;
  const [length, text] = custom ? number(body) : [0, body];
  if (!custom || module.toString("utf8", text, text + length) !== "name") kept.push(module.subarray(at, end));
  at = end;
}
writeFileSync(to, Buffer.concat(kept));
