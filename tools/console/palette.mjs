// A picture with at most 256 colours, as a PNG with a palette (PNG specification, third edition): flat areas of a page
// are told in a third of the bytes.
import { crc32, deflateSync } from "node:zlib";

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** The 256 colours that most pixels have, of those that differ by more than a shade. */
function colours(pixels) {
  const counts = new Map();
  for (let at = 0; at < pixels.length; at += 4) {
    const shade = ((pixels[at] >> 3) << 10) | ((pixels[at + 1] >> 3) << 5) | (pixels[at + 2] >> 3);
    const exact = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
    const known = counts.get(shade) ?? { count: 0, exact: new Map() };
    known.count += 1;
    known.exact.set(exact, (known.exact.get(exact) ?? 0) + 1);
    counts.set(shade, known);
  }
  const often = [...counts.values()].sort((a, b) => b.count - a.count).slice(0, 256);
  return often.map(({ exact }) => [...exact].sort((a, b) => b[1] - a[1])[0][0]);
}

/** Encodes RGBA. */
export function encode(width, height, pixels) {
  const palette = colours(pixels);
  const nearest = new Map();
  const index = (colour) => {
    const known = nearest.get(colour);
    if (known !== undefined) return known;
    const distance = (one) => [16, 8, 0].reduce((all, bits) => all + (((one >> bits) & 255) - ((colour >> bits) & 255)) ** 2, 0);
    let best = 0;
    for (let at = 1; at < palette.length; at += 1) if (distance(palette[at]) < distance(palette[best])) best = at;
    nearest.set(colour, best);
    return best;
  };
  const rows = Buffer.alloc((width + 1) * height); // each row begins with the filter "none"
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 4;
      rows[y * (width + 1) + 1 + x] = index((pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2]);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // eight bits, by palette
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const table = Buffer.from(palette.flatMap((one) => [one >> 16, (one >> 8) & 255, one & 255]));
  return Buffer.concat([signature, chunk("IHDR", header), chunk("PLTE", table), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}
