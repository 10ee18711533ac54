// Which database a tool works on: what its options say, with the defaults of the house.
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { read } from "./files.mjs";
import { Database, wranglerOf } from "./wrangler.mjs";

const HOUSE = fileURLToPath(new URL("../..", import.meta.url));
const TARGETS = ["local", "staging", "production"];

/** `values` are the options target, root and persist-to, as given; `run` stands for wrangler, in tests. */
export function placeOf({ target = "local", root: folder = HOUSE, "persist-to": state }, run) {
  if (!TARGETS.includes(target)) throw new Error(`TARGET is local, staging or production, not '${target}'`);
  const root = resolve(folder);
  const persist = resolve(state ?? join(root, ".wrangler/state"));
  const wrangler = run ?? wranglerOf(join(HOUSE, "node_modules/.bin/wrangler"), root);
  const database = new Database({ target, persist, run: wrangler });
  return { root, persist, run: wrangler, database, files: read(join(root, "migrations")) };
}
