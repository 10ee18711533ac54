// Migrations of a D1 database, both ways, by wrangler's command line (docs/deployment.md).
//
// Usage: node tools/migrate/main.mjs up|down|status [--target local|staging|production] [--to NNNN] [--quick]
//          [--root folder with wrangler's configuration and migrations/] [--persist-to folder of local state]
// CONFIRM=yes in the environment lets `down` take back what a remote database has.
// --quick asks nothing of a local database that is known to have seen these files.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { number, read, seal } from "./files.mjs";
import { judge, overview, wayBack } from "./history.mjs";
import { placeOf } from "./place.mjs";
import { adopting, columnsOf, comingBack, counting, goingUp, lost } from "./statements.mjs";

const names = (list) => list.map(({ name }) => name).join(", ");
const many = (count, one, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;

const complaints = (faults) => faults.flatMap(({ why, remedy }) => [why, ...remedy.map((line) => `  ${line}`)]).join("\n");

/** Says where the way back of everything is, before anything changes. */
async function secure({ database, print, now }) {
  if (!database.local) {
    const { bookmark, restore } = await database.bookmark().catch((error) => {
      throw new Error(`nothing was changed: Time Travel names no bookmark to come back to (${error.message})`);
    });
    print(`Time Travel bookmark of before: ${bookmark}. This undoes what follows, and every write since:\n  ${restore}`);
    return;
  }
  for (const command of await database.copy(now())) {
    print(`the local database was copied; with nothing running on it, this undoes what follows:\n  ${command}`);
  }
}

/**
 * Brings each of `list` into the database, in order: `script` makes the text for some of them, `done` tells whether one
 * is through. Locally all go in one transaction first, because each start of wrangler takes a second; if that fails, one
 * after the other, so that the failing one has a name. Answers with the one that failed and why, or with nothing.
 */
async function carry({ database }, list, script, done) {
  const attempt = (some) => database.execute(script(some)).then(() => undefined, (error) => error.message);
  if (database.local && list.length > 1 && !(await attempt(list))) return undefined;
  for (const one of list) {
    const why = await attempt([one]);
    if (!why) continue;
    // The answer may be what was lost, and somebody else may have done the same.
    const seen = await database.history().catch(() => undefined);
    if (!seen) {
      const look = `make migrations TARGET=${database.target}`;
      throw new Error(`${one.name}: ${why}\n  The database does not answer any more. What it has, ${look} will tell.`);
    }
    if (!done(one, seen)) return { failed: one, why };
  }
  return undefined;
}

/** Tells of one that failed, what is done and what is not, and stops. */
function stopped(list, { failed, why }, done, open, next) {
  const at = list.indexOf(failed);
  const [before, after] = [list.slice(0, at), list.slice(at + 1)];
  const lines = [`${failed.name} failed, and nothing of it stays: ${why}`];
  if (before.length > 0) lines.push(`  ${done}: ${names(before)}`);
  lines.push(`  ${open}: ${names([failed, ...after])}`, `  ${next}`);
  throw new Error(lines.join("\n"));
}

/** Adopts what has no record. */
async function take({ database, print, now }, rows) {
  if (rows.length === 0) return;
  await database.execute(adopting(rows, now()));
  print(`adopted, with the checksums of now, what wrangler had applied by itself: ${names(rows)}`);
}

async function up(house, { quick }) {
  const { database, files, print, now } = house;
  if (quick && database.hasSeen(seal(files))) return;
  const history = await database.history();
  const { pending, adopt, faults } = judge(files, history);
  if (faults.length > 0) throw new Error(`nothing was changed:\n${complaints(faults)}`);
  if (pending.length > 0 || adopt.length > 0) {
    await secure(house);
    if (!history.known) await database.begin();
    await take(house, adopt);
    const isThere = ({ name }, { applied }) => applied.some((row) => row.name === name);
    const failure = await carry(house, pending, (some) => goingUp(some, now()), isThere);
    if (failure) {
      const next = "Correct it and run make migrate again: it goes on from there.";
      stopped(pending, failure, "applied before it", "not applied", next);
    }
    // Wrangler has reported success after a failure.
    const after = judge(files, await database.history());
    if (after.pending.length > 0) {
      throw new Error(`wrangler reported success, but these are not applied: ${names(after.pending)}`);
    }
    // What somebody else has applied meanwhile.
    await take(house, after.adopt);
    if (pending.length > 0) print(`applied: ${names(pending)}`);
  }
  database.saw(seal(files));
  const outcome = pending.length === 0 ? "nothing to apply" : "all applied";
  print(`${database.target}: ${many(files.length, "migration")}, ${outcome}`);
}

/** How many rows and values the ways back would take, a line each. */
async function losses({ database }, back) {
  const { tables: every, thinned, columns } = lost(back.map(({ file }) => file.back).join("\n"));
  const tables = [...every.filter((table) => table !== "migrations_applied"), ...thinned];
  const all = [...new Set([...tables, ...columns.map(({ table }) => table)])];
  if (all.length === 0) return [];
  const [there] = await database.query(columnsOf(all));
  const has = (table, column) => there.some((row) => row.table === table && (!column || row.column === column));
  const parts = [...tables.map((table) => ({ table })), ...columns].filter(({ table, column }) => has(table, column));
  if (parts.length === 0) return [];
  const [[counts]] = await database.query(counting(parts));
  const counted = parts.map(({ table, column }, at) => {
    const count = counts[`n${at}`];
    const some = thinned.includes(table) && !column ? "some of " : "";
    return { what: column ? `${table}.${column}` : table, count, told: `${some}${many(count, column ? "value" : "row")}` };
  });
  const empty = counted.filter(({ count }) => count === 0).map(({ what }) => what);
  const full = counted.filter(({ count }) => count > 0).map(({ what, told }) => `${what}: ${told}`);
  return empty.length > 0 ? [...full, `nothing in ${empty.join(", ")}`] : full;
}

async function down(house, { to, confirmed }) {
  const { database, files, print } = house;
  const found = judge(files, await database.history());
  const back = wayBack(found, to);
  if (back.length === 0) return print(`${database.target}: nothing was applied after ${to}`);
  for (const row of back) {
    if (!row.record || row.sha256 === row.file.sha256) continue;
    print(`${row.name} was edited after it was applied; its way back may be of another text`);
  }
  print(`${database.target} comes back to ${to}: ${names(back)}`);
  const taken = await losses(house, back);
  print(taken.length > 0 ? ["what that takes away:", ...taken].join("\n  ") : "that takes no row and no value away");
  if (!database.local && !confirmed) {
    const how = "The Worker goes back first; then the same with CONFIRM=yes";
    throw new Error(`nothing was changed: rows that a way back drops are gone. ${how}`);
  }
  await secure(house);
  database.saw(undefined);
  const stay = found.rows.filter((row) => !back.includes(row) && row.record).map(({ record }) => record);
  // A way back of the tool's own table takes the records of those that are still there with it: they are written again.
  const script = (some) => {
    const rest = back.slice(back.indexOf(some.at(-1)) + 1).filter(({ record }) => record);
    return comingBack(some, [...stay, ...rest.map(({ record }) => record)]);
  };
  const isGone = ({ name }, { applied }) => !applied.some((row) => row.name === name);
  const failure = await carry(house, back, script, isGone);
  if (failure) {
    const next = "Correct its way back and run the same again: it goes on from there.";
    stopped(back, failure, "taken back before it", "still there", next);
  }
  const { applied } = await database.history();
  const left = back.filter(({ name }) => applied.some((row) => row.name === name));
  if (left.length > 0) {
    throw new Error(`wrangler reported success, but these are still there: ${names(left)}`);
  }
  print(`${database.target}: ${many(back.length, "migration")} taken back, ${applied.length} left`);
}

async function status({ database, files, print }) {
  const found = judge(files, await database.history());
  const lines = overview(found);
  const wide = (key) => Math.max(0, ...lines.map((line) => line[key].length));
  const widths = Object.fromEntries(["name", "state", "sha256"].map((key) => [key, wide(key)]));
  for (const line of lines) {
    const cells = Object.entries(widths).map(([key, width]) => line[key].padEnd(width));
    print([...cells, line.at].join("  ").trimEnd());
  }
  print(`${database.target}: ${found.rows.length} applied, ${found.pending.length} pending`);
  if (found.adopt.length > 0) {
    print(`${found.adopt.length} of them not recorded, because wrangler applied them by itself: make migrate adopts them`);
  }
  if (found.faults.length > 0) throw new Error(complaints(found.faults));
}

const VERBS = { up, down, status };

/** Runs the tool; answers with its exit code. `run` stands for wrangler, in tests. */
export async function main(argv, { run, print = console.log, complain = console.error, now = Date.now, env = process.env } = {}) {
  try {
    const options = ["target", "to", "root", "persist-to"].map((name) => [name, { type: "string" }]);
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: { ...Object.fromEntries(options), quick: { type: "boolean" } },
    });
    const [verb, ...rest] = positionals;
    if (!Object.hasOwn(VERBS, verb ?? "") || rest.length > 0) {
      throw new Error("usage: main.mjs up|down|status [--target local|staging|production] [--to NNNN]");
    }
    const { database, files: every } = placeOf(values, run);
    // A restore goes up to the version of its backup first.
    const files = verb === "up" && values.to ? every.filter(({ name }) => number(name) <= values.to) : every;
    const house = { database, files, print, now };
    await VERBS[verb](house, { quick: values.quick, to: values.to, confirmed: env.CONFIRM === "yes" });
    return 0;
  } catch (error) {
    complain(error.message);
    return 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
