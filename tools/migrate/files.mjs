// The migrations of a folder: NNNN_name.sql goes up, down/NNNN_name.sql comes back.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What a migration may be called. Four digits: the order of names is then wrangler's order of numbers. */
export const NAME = /^\d{4}_[a-z0-9_]+\.sql$/;

export const number = (name) => name.slice(0, 4);

/** SHA-256 of a file's text as hex; line endings of another system make no other file. */
export const checksum = (text) => createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");

/**
 * Every `*.sql` that wrangler would take from the folder, in its order: name, text, checksum, and the text of its way
 * back, which is undefined where there is none.
 */
export function read(folder) {
  const text = (path) => readFileSync(path, "utf8");
  const entries = readdirSync(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".sql")).map(({ name }) => name);
  return names.sort().map((name) => {
    const up = text(join(folder, name));
    const down = join(folder, "down", name);
    return { name, text: up, sha256: checksum(up), back: existsSync(down) ? text(down) : undefined };
  });
}

/** One checksum for all files, which changes with any of them. */
export const seal = (files) => checksum(files.map(({ name, sha256 }) => `${name} ${sha256}\n`).join(""));
