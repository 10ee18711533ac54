// A small house of migrations in a folder of its own, for tests of tools/migrate.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Three migrations with their ways back; the second has a trigger and a column of the first's table. */
export const THREE = {
  "0001_people.sql": ["CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;\n", "DROP TABLE people;\n"],
  "0002_notes.sql": [
    `-- Notes; what is "--" in quotes is no comment.
CREATE TABLE notes (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id) ON DELETE CASCADE, text TEXT DEFAULT '--') STRICT;
ALTER TABLE people ADD COLUMN notes INTEGER;
CREATE TRIGGER counted AFTER INSERT ON notes BEGIN
  UPDATE people SET notes = coalesce(notes, 0) + 1 WHERE id = NEW.person;
END;
INSERT INTO notes (id, text) VALUES (1, 'it''s; --'); -- the first
`,
    "DROP TRIGGER counted;\nALTER TABLE people DROP COLUMN notes;\nDROP TABLE notes;\n",
  ],
  "0004_names.sql": ["CREATE INDEX people_by_name ON people (name);\n", "DROP INDEX people_by_name;\n"],
};

/** Makes the folder; `write` and `drop` change its files, `remove` ends it. */
export function house(migrations = THREE) {
  const path = mkdtempSync(join(tmpdir(), "witness-migrations-"));
  const place = (name, back) => join(path, "migrations", ...(back ? ["down"] : []), name);
  mkdirSync(join(path, "migrations/down"), { recursive: true });
  const d1_databases = [{ binding: "DB", database_name: "house", database_id: "house", migrations_dir: "migrations" }];
  writeFileSync(join(path, "wrangler.json"), JSON.stringify({ name: "house", compatibility_date: "2026-01-01", d1_databases }));
  const made = {
    path,
    write(name, up, back) {
      writeFileSync(place(name), up);
      if (back !== undefined) writeFileSync(place(name, true), back);
    },
    drop: (name, back = false) => rmSync(place(name, back)),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
  for (const [name, [up, back]] of Object.entries(migrations)) made.write(name, up, back);
  return made;
}
