// Backups of a D1 database and restores into an empty one, by wrangler's command line (docs/operations.md).
//
// Usage: node tools/backup/main.mjs backup [--to folder] [--url https://…] | restore --from file | check --from file
//          | restore-hubs --from file --url https://… [--target local|staging|production] [--root folder with wrangler's configuration and migrations/]
//          [--persist-to folder of local state]
// BACKUP_KEY in the environment, 32 bytes as base64url, encrypts what is written and decrypts what is read.
// CONFIRM=yes lets `restore` and `restore-hubs` write. WITNESS_ADMIN_KEY is what hubs are asked with, at --url.
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { placeOf } from "../migrate/place.mjs";
import { configuration } from "./configuration.mjs";
import { Moved, open, rows, versioned } from "./export.mjs";
import { inspect, rowsOf, written } from "./format.mjs";
import { KIND, api, hubs, putBack } from "./hubs.mjs";
import { restore } from "./import.mjs";
import { keyOf, seal, unwrapped } from "./stream.mjs";

/** How often a backup begins again because somebody removed what it stood on. */
const ATTEMPTS = 3;

const bookmarkOf = async (database) => (database.local ? undefined : (await database.bookmark()).bookmark);

const said = (file) => (error) => {
  throw new Error(`${file}: ${error.message}`);
};
const sourceOf = (file, key) => () => unwrapped(createReadStream(file, { highWaterMark: 1 << 18 }), key);

async function once({ database, key, now, bytes }, file) {
  const bookmark = await bookmarkOf(database);
  const { migrations, tables } = await versioned(database);
  const opening = await open(database, tables);
  const header = {
    made_at: new Date(now()).toISOString(),
    target: database.target,
    bookmark,
    migrations,
    tables: tables.map(({ name, columns }) => ({ name, columns: columns.map((column) => column.name) })),
  };
  const entries = (async function* () {
    const same = yield* rows(database, tables, opening, { bytes });
    const later = await bookmarkOf(database);
    // On one's own machine every command is a connection of its own, and cannot tell.
    const still = !database.local && same && later === bookmark;
    return { ended_at: new Date(now()).toISOString(), bookmark: later, still };
  })();
  await write(file, written(header, entries), key);
}

async function write(file, text, key) {
  const bytesOf = Readable.from(key ? seal(text, key) : text, { objectMode: false });
  await pipeline(bytesOf, createWriteStream(file, { mode: 0o600 }));
}

/** The logs of devices beside the database. */
async function besides(house, ask, base) {
  const { database, key, now, print } = house;
  const file = `${base}.hubs.ndjson${key ? ".sealed" : ""}`;
  const part = `${file}.part`;
  try {
    const header = { kind: KIND, made_at: new Date(now()).toISOString(), target: database.target };
    await write(part, written(header, hubs(database, ask, now)), key);
    const { end } = await inspect(sourceOf(part, key)()).catch(said("what was written cannot be read back"));
    renameSync(part, file);
    const logs = Object.values(end.tables);
    print(`${logs.reduce((sum, { rows: count }) => sum + count, 0)} rows of ${logs.length} hubs, read back and found whole: ${file}`);
  } finally {
    rmSync(part, { force: true });
  }
}

async function backup(house, { to }) {
  const { database, key, now, print, root, url, env } = house;
  const ask = url && api(url, env.WITNESS_ADMIN_KEY, house);
  mkdirSync(to, { recursive: true });
  const begun = now();
  const moment = new Date(begun).toISOString().replace(/\.\d+Z$/, "Z").replaceAll(":", "");
  const base = join(to, `witness-${database.target}-${moment}`);
  const file = `${base}.ndjson${key ? ".sealed" : ""}`;
  if (existsSync(file)) throw new Error(`${file} is there already`);
  const part = `${file}.part`;
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await once(house, part);
        break;
      } catch (error) {
        if (!(error instanceof Moved) || attempt === ATTEMPTS) throw error;
        print(`${error.message} meanwhile: it begins again`);
      }
    }
    const { end } = await inspect(sourceOf(part, key)()).catch(said("what was written cannot be read back"));
    const settings = await configuration(database, root, begun);
    writeFileSync(`${base}.configuration.json`, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
    renameSync(part, file);
    const count = Object.values(end.tables).reduce((sum, one) => sum + one.rows, 0);
    const kind = end.still ? "nobody wrote meanwhile: the state of one moment" : "additions since its beginning are left out";
    print(`${count} rows of ${Object.keys(end.tables).length} tables, ${kind}`);
    if (!key) print("not encrypted: BACKUP_KEY is not set");
    print(`read back and found whole: ${file}`);
  } finally {
    rmSync(part, { force: true });
  }
  if (ask) await besides(house, ask, base);
  else print("the logs of devices are not in it: URL and WITNESS_ADMIN_KEY are not set");
}

async function whole(house, { from }) {
  if (!from) throw new Error("FROM has to name the file of a backup");
  if (!existsSync(from)) throw new Error(`${from} is not there`);
  return inspect(sourceOf(from, house.key)()).catch(said(`nothing was written: ${from}`));
}

async function check(house, options) {
  const { header, end } = await whole(house, options);
  for (const [table, { rows: count }] of Object.entries(end.tables)) house.print(`${table}: ${count}`);
  const { target, made_at, migrations } = header;
  if (header.kind === KIND) {
    house.print(`whole: hubs of ${target}, ${made_at}`);
    return;
  }
  house.print(`whole: ${target}, ${made_at}, migrations up to ${migrations.at(-1)?.name}, still: ${end.still}`);
}

async function bringBack(house, options) {
  const { database, key, now, print, confirmed } = house;
  const found = await whole(house, options);
  if (found.header.kind) throw new Error("nothing was written: it is a backup of hubs, for make restore-hubs");
  if (!confirmed) throw new Error(`nothing was written: CONFIRM=yes lets it write into ${database.target}`);
  const started = now();
  const { tables, rows: count } = await restore(house, () => rowsOf(sourceOf(options.from, key)()), found, { size: house.size });
  const took = Math.round((now() - started) / 1000);
  print(`restored: ${count} rows of ${tables} tables, as of ${found.header.made_at}, in ${took} s`);
}

/** Puts the logs of devices back, where none has begun. Each is read again and held against the backup. */
async function bringBackHubs(house, options) {
  const { key, print, confirmed, url, env } = house;
  const { header } = await whole(house, options);
  if (header.kind !== KIND) throw new Error("nothing was written: it is no backup of hubs");
  const ask = api(url ?? "", env.WITNESS_ADMIN_KEY, house);
  if (!confirmed) throw new Error(`nothing was written: CONFIRM=yes lets it write into the hubs of ${url}`);
  const done = await putBack(rowsOf(sourceOf(options.from, key)()), ask, print);
  for (const person of done.gone) print(`${person} is not in the database: left out`);
  print(`restored: ${done.back.length} logs, as of ${header.made_at}; ${done.there.length} were there already. All were read again`);
  if (done.taken.length > 0) {
    throw new Error(`other logs have begun there, and were left as they are:\n  ${done.taken.join("\n  ")}`);
  }
}

const VERBS = { backup, restore: bringBack, "restore-hubs": bringBackHubs, check };

const USAGE = "main.mjs backup|restore|restore-hubs|check [--url https://…] [--target local|staging|production] [--to folder] [--from file]";

/**
 * Runs the tool; answers with its exit code. In tests `run` stands for wrangler, and `bytes` and `size` are those of
 * pages and batches.
 */
export async function main(argv, { run, print = console.log, complain = console.error, ...more } = {}) {
  const { now = Date.now, env = process.env, bytes, size, fetch, wait } = more;
  try {
    const options = ["target", "to", "from", "root", "persist-to", "url"].map((option) => [option, { type: "string" }]);
    const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options: Object.fromEntries(options) });
    const [verb, ...rest] = positionals;
    if (!Object.hasOwn(VERBS, verb ?? "") || rest.length > 0) throw new Error(`usage: ${USAGE}`);
    const key = keyOf(env.BACKUP_KEY);
    const confirmed = env.CONFIRM === "yes";
    const house = { ...placeOf(values, run), key, print, now, env, confirmed, bytes, size, fetch, wait, url: values.url || undefined };
    await VERBS[verb](house, { to: resolve(values.to ?? "backups"), from: values.from });
    return 0;
  } catch (error) {
    complain(error.message);
    return 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
