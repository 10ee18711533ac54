// What a database has seen, held against the files. Pure: no file is read here and no database asked.
import { NAME, number } from "./files.mjs";
import { complete } from "./statements.mjs";

const short = (sha256) => sha256.slice(0, 12);

/** A moment as people read it, from milliseconds or from SQLite's text; both are UTC. */
export function moment(at) {
  const text = typeof at === "number" ? new Date(at).toISOString().slice(0, 19).replace("T", " ") : String(at);
  return `${text} UTC`;
}

const before = (name, names) => names.filter((other) => other < name).at(-1);

/** How to undo on one's own machine what is wrong with an applied migration. */
const home = (name, names) =>
  `On your own machine alone: make rollback TO=${number(before(name, names) ?? "0000")}, then make migrate.`;

function edited({ name, sha256 }, row, names) {
  const changed = {
    name,
    state: "edited",
    why: `${name} was edited after it was applied (${moment(row.at)}, sha256 then ${short(row.sha256)}, now ${short(sha256)})`,
    remedy: [
      `Put the text of then back (git log -p -- migrations/${name}) and write a new migration for the change.`,
      home(name, names),
    ],
  };
  if (row.origin !== "adopted") return changed;
  return { ...changed, why: `${changed.why}; the checksum of then is of the file that was there when it was adopted` };
}

const missing = ({ name, at }) => ({
  name,
  state: "missing",
  why: `${name} was applied (${moment(at)}) and its file is gone`,
  remedy: [
    `Bring it back (git log --diff-filter=D -- migrations/${name}), or check out a version that has it.`,
    "What an applied migration made is removed by a new migration, not by removing its file.",
  ],
});

/** What is wrong with a file that has yet to be applied. */
function unfit({ name, text, back }, files, rows) {
  const faults = [];
  const fault = (state, why, ...remedy) => faults.push({ name, state, why, remedy });
  const last = rows.map((row) => row.name).sort().at(-1);
  const twin = files.find((other) => other.name !== name && number(other.name) === number(name));
  if (!NAME.test(name)) {
    fault("misnamed", `${name} is not called NNNN_name.sql`, "Four digits, an underline, small letters, digits, underlines.");
  } else if (twin) {
    const remedy = "Give the one that was applied nowhere a number of its own.";
    fault("doubled", `${name} and ${twin.name} have one number`, remedy);
  } else if (last !== undefined && name < last) {
    const { at } = rows.find((row) => row.name === last);
    fault(
      "late",
      `${name} is new and sorts before ${last}, which was applied (${moment(at)})`,
      `Give it a number after ${number(last)}: databases made from now on would run the two in the other order.`,
      home(name, rows.map((row) => row.name).sort()),
    );
  }
  if (back === undefined) fault("one way", `${name} has no way back`, `Write migrations/down/${name}.`);
  const behind = "End it with one: a statement is put behind it.";
  if (!complete(text)) fault("unfinished", `${name} does not end with a semicolon`, behind);
  if (back !== undefined && !complete(back)) fault("unfinished", `down/${name} does not end with a semicolon`, behind);
  return faults;
}

/**
 * Holds the files against what the database says: `applied` are the rows of d1_migrations in their order, `records`
 * those of migrations_applied. Answers with
 *
 * - `rows`: what was applied, in order, each with its file (if it is there), its record (if there is one) and `at`;
 * - `adopt`: those of them that have no record, because wrangler applied them by itself;
 * - `pending`: the files that are to be applied, in order;
 * - `faults`: why nothing may be applied: name, state, why, and what to do.
 */
export function judge(files, { applied, records }) {
  const file = new Map(files.map((entry) => [entry.name, entry]));
  const record = new Map(records.map((entry) => [entry.name, entry]));
  const rows = applied.map(({ name, applied_at }) => {
    const known = record.get(name);
    const { sha256, origin } = known ?? {};
    return { name, file: file.get(name), record: known, sha256, origin, at: known?.applied_at ?? applied_at };
  });
  const names = rows.map(({ name }) => name).sort();
  const there = new Set(names);
  const pending = files.filter(({ name }) => !there.has(name));
  const faults = [
    ...rows.filter((row) => !row.file).map(missing),
    ...rows
      .filter((row) => row.file && row.record && row.sha256 !== row.file.sha256)
      .map((row) => edited(row.file, row, names)),
    ...pending.flatMap((entry) => unfit(entry, files, rows)),
  ];
  return { rows, pending, faults, adopt: rows.filter((row) => row.file && !row.record) };
}

/**
 * The applied migrations after number `to`, newest first. Throws where `to` names none that was applied (0000 means
 * all of them), or where one of them cannot come back.
 */
export function wayBack({ rows }, to) {
  const numbers = rows.map(({ name }) => number(name));
  if (!/^\d{4}$/.test(to ?? "") || (to !== "0000" && !numbers.includes(to))) {
    const known = numbers.length > 0 ? `${[...new Set(numbers)].join(" ")}, or 0000 for before all of them` : "none was applied";
    throw new Error(`TO has to be the number of an applied migration, which stays the newest one: ${known}`);
  }
  const back = rows.filter(({ name }) => number(name) > to).reverse();
  const stuck = back.filter((row) => !row.file?.back || !complete(row.file.back));
  if (stuck.length > 0) {
    const names = stuck.map(({ name }) => `migrations/down/${name}`).join(", ");
    throw new Error(`nothing was taken back: there is no whole way back in ${names}. Check out a version that has it.`);
  }
  return back;
}

/** The state of everything that is applied or a file: name, state, checksum and moment, in the order of names. */
export function overview({ rows, pending, faults }) {
  const wrong = new Map([...faults].reverse().map(({ name, state }) => [name, state]));
  const seen = rows.map((row) => ({
    name: row.name,
    state: wrong.get(row.name) ?? row.origin ?? "not recorded",
    sha256: row.sha256 ?? row.file?.sha256,
    at: moment(row.at),
  }));
  const open = pending.map(({ name, sha256 }) => ({ name, state: wrong.get(name) ?? "pending", sha256, at: "" }));
  const sorted = [...seen, ...open].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map((line) => ({ ...line, sha256: short(line.sha256 ?? "–") }));
}
