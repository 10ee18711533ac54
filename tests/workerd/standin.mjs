// Stands for wrangler's command line towards a remote D1 database: SQLite in memory behind the same commands and answers.
// It notes every command, and fails where a test asks for it.
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { unstable_splitSqlQuery } from "wrangler";

const OWN = `CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

export class StandIn {
  database = new DatabaseSync(":memory:");
  commands = [];
  /** Takes the command's name and text; what it throws is wrangler's error, `lost` after the work is done. */
  trouble = () => undefined;

  /** What the tool calls in wrangler's place. */
  run = async (args) => {
    const name = args.slice(0, args[1] === "execute" ? 2 : 3).join(" ");
    const value = (option) => args.find((_, at) => args[at - 1] === option);
    const command = args.find((arg) => arg.startsWith("--command="))?.slice("--command=".length);
    const text = command ?? (value("--file") && readFileSync(value("--file"), "utf8"));
    const kind = value("--file") ? `${name} --file` : name;
    this.commands.push({ kind, args, text });
    try {
      const when = this.trouble(kind, text);
      const answer = this.#answer(name, text);
      if (when === "lost") throw new Error("fetch failed");
      return { status: 0, stdout: answer, stderr: "" };
    } catch (error) {
      return { status: 1, stdout: `\n${JSON.stringify({ error: { text: `${error.message}: SQLITE_ERROR` } })}\n`, stderr: "" };
    }
  };

  #answer(name, text) {
    if (name.startsWith("secret list")) return JSON.stringify([{ name: "VAULT_KEY", type: "secret_text" }, { name: "JWT_SECRET", type: "secret_text" }]);
    if (name === "d1 time-travel info") return JSON.stringify({ bookmark: "00000001-00000002-0000abcd-ef" });
    if (name === "d1 migrations list") {
      this.database.exec(OWN);
      return "Migrations to be applied: ...";
    }
    this.database.exec("BEGIN");
    try {
      const answers = unstable_splitSqlQuery(text).map((sql) => ({ results: this.database.prepare(sql).all(), success: true }));
      this.database.exec("COMMIT");
      return JSON.stringify(answers, null, 2);
    } catch (error) {
      this.database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Applies a file as wrangler does by itself: without a record of ours. */
  plainly(name, text) {
    this.database.exec(OWN);
    this.database.exec(text);
    this.database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").run(name);
  }

  rows(sql) {
    return this.database.prepare(sql).all().map((row) => ({ ...row }));
  }

  /** The kinds of commands that can change something, in order. */
  changes() {
    return this.commands.map(({ kind }) => kind).filter((kind) => kind !== "d1 execute");
  }
}
