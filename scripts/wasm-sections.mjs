// The sections of a Wasm module (WebAssembly core specification, 5.5).

/** An unsigned LEB128 number and where it ends (5.2.2). */
export function number(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7, at += 1) {
    value += (bytes[at] & 0x7f) * 2 ** shift;
    if (bytes[at] < 0x80) return [value, at + 1];
  }
}

/** A number as unsigned LEB128. */
export function leb(value) {
  const low = value % 128;
  return value < 128 ? Buffer.from([low]) : Buffer.concat([Buffer.from([low | 0x80]), leb((value - low) / 128)]);
}

/** The name that stands at a place, and where it ends (5.2.4). */
export function name(bytes, at) {
  const [length, text] = number(bytes, at);
  return [bytes.toString("utf8", text, text + length), text + length];
}

/** The module with what `change` makes of the body of each section; without those of which it makes `undefined`. */
export function changed(module, change) {
  if (module.readUInt32LE(0) !== 0x6d736100) throw new Error("not a Wasm module");
  const kept = [module.subarray(0, 8)];
  for (let at = 8; at < module.length; ) {
    const [size, body] = number(module, at + 1);
    const section = change(module[at], module.subarray(body, body + size));
    if (section) kept.push(module.subarray(at, at + 1), leb(section.length), section);
    at = body + size;
  }
  return Buffer.concat(kept);
}
