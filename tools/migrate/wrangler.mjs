// One D1 database through wrangler's command line: the local one or a remote one.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { APPLIED, RECORDED } from "./statements.mjs";

/** Copies of local databases that are kept. */
const COPIES = 5;

/** Wrangler as a function of its arguments: status, stdout and stderr. It asks nobody anything. */
export function wranglerOf(binary, cwd) {
  const quiet = { CI: "1", WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true", CLOUDFLARE_CF_FETCH_ENABLED: "false" };
  const env = { ...process.env, ...quiet };
  return (args) =>
    new Promise((resolve, reject) => {
      execFile(binary, args, { cwd, env, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
        if (error && typeof error.code !== "number") reject(new Error(`wrangler could not run: ${error.message}`));
        else resolve({ status: error?.code ?? 0, stdout, stderr });
      });
    });
}

/** What wrangler says of a failure: the JSON of --json, or the lines of its error. */
function complaint({ stdout, stderr }) {
  const at = stdout.indexOf("{");
  try {
    const { error } = JSON.parse(stdout.slice(at));
    const told = [error.text ?? error.message, ...(error.notes ?? []).map(({ text }) => text)].filter(Boolean);
    if (told.length > 0) return told.join("; ");
  } catch {
    // It was no JSON.
  }
  const lines = stripVTControlCharacters(`${stderr}\n${stdout}`).split("\n").map((line) => line.trim());
  const from = lines.findIndex((line) => line.includes("ERROR"));
  const words = lines.slice(Math.max(from, 0)).filter((line) => line && !line.includes("Logs were written"));
  return words.join(" ") || "wrangler said nothing";
}

/** The JSON in what wrangler printed, whatever it printed before. */
function answer(stdout) {
  const at = stdout.search(/^[[{]/m);
  if (at < 0) throw new Error(`wrangler answered with no JSON: ${stdout.slice(0, 200)}`);
  return JSON.parse(stdout.slice(at));
}

/**
 * A database: `target` is local, staging or production, `persist` the folder of local state. `run` is wrangler.
 * Every method throws with wrangler's words.
 */
export class Database {
  constructor({ target, persist, run }) {
    this.target = target;
    this.local = target === "local";
    this.persist = persist;
    this.run = run;
    this.where = this.local ? ["--local", "--persist-to", persist] : ["--remote", "--env", target];
  }

  async wrangler(args) {
    const ended = await this.run(args);
    if (ended.status !== 0) throw new Error(complaint(ended));
    return ended.stdout;
  }

  /** The rows of each statement. */
  async query(sql) {
    const args = ["d1", "execute", "DB", ...this.where, "--json", `--command=${sql}`];
    return answer(await this.wrangler(args)).map(({ results }) => results);
  }

  /**
   * Runs a text in one transaction. As a file: remotely, what goes as a command is cut at the semicolons inside of
   * triggers. Its first line makes it differ from every file before it, so that none is taken for one that was sent already.
   */
  async execute(sql) {
    const folder = mkdtempSync(join(tmpdir(), "witness-migrate-"));
    try {
      const file = join(folder, "statements.sql");
      writeFileSync(file, `-- ${randomUUID()}\n${sql}`);
      await this.wrangler(["d1", "execute", "DB", ...this.where, "--json", "--yes", "--file", file]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** What it knows of migrations: rows of both tables, and whether wrangler's table is there. */
  async history() {
    if (this.local && this.files().length === 0) return { applied: [], records: [], known: false };
    try {
      const [applied, records] = await this.query(`${APPLIED}; ${RECORDED}`);
      return { applied, records, known: true };
    } catch (error) {
      const table = /no such table: (\w+)/.exec(error.message)?.[1];
      if (table === "d1_migrations") return { applied: [], records: [], known: false };
      if (table !== "migrations_applied") throw error;
    }
    const [applied] = await this.query(APPLIED);
    return { applied, records: [], known: true };
  }

  /** Lets wrangler make its table, in the form that its version has. */
  begin() {
    return this.wrangler(["d1", "migrations", "list", "DB", ...(this.local ? this.where : ["--remote", "--env", this.target])]);
  }

  /** Where Time Travel can bring a remote database back to. */
  async bookmark() {
    const { bookmark } = answer(await this.wrangler(["d1", "time-travel", "info", "DB", "--env", this.target, "--json"]));
    if (!bookmark) throw new Error("wrangler named no bookmark");
    return { bookmark, restore: `npx wrangler d1 time-travel restore DB --env ${this.target} --bookmark=${bookmark}` };
  }

  get folder() {
    return join(this.persist, "v3/d1");
  }

  /** The SQLite files of local D1 databases. */
  files() {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".sqlite") && basename(name) !== "metadata.sqlite")
      .map((name) => join(this.folder, name));
  }

  /** Copies the local database, which has no Time Travel. Answers with the commands that bring each copy back. */
  async copy(now) {
    const sources = this.files();
    if (sources.length === 0) return [];
    const { DatabaseSync, backup } = await import("node:sqlite");
    const place = join(this.persist, "before");
    const folder = join(place, new Date(now).toISOString().replace(/[:.]/g, "-"));
    mkdirSync(folder, { recursive: true });
    for (const source of sources) {
      const database = new DatabaseSync(source, { readOnly: true });
      try {
        await backup(database, join(folder, basename(source)));
      } finally {
        database.close();
      }
    }
    for (const old of readdirSync(place).sort().slice(0, -COPIES)) rmSync(join(place, old), { recursive: true });
    const shown = (path) => `'${relative(process.cwd(), path).replaceAll("'", "'\\''")}'`;
    return sources.map((source) => {
      const logs = ["-wal", "-shm"].map((end) => shown(`${source}${end}`));
      return `rm -f ${logs.join(" ")} && cp ${shown(join(folder, basename(source)))} ${shown(source)}`;
    });
  }

  /** A mark beside the local database that tells which files it has seen. */
  get mark() {
    return join(this.folder, ".witness-migrations");
  }

  hasSeen(seal) {
    return this.local && existsSync(this.mark) && readFileSync(this.mark, "utf8") === seal;
  }

  /** Without a seal the mark goes. */
  saw(seal) {
    if (!this.local) return;
    rmSync(this.mark, { force: true });
    if (seal && existsSync(this.folder)) writeFileSync(this.mark, seal);
  }
}
