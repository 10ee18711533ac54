// The configuration beside the data: wrangler.toml as it is, and the names of secrets. No value of a secret is read.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The names of what is set: remotely as wrangler lists them, locally those in .dev.vars. */
async function secrets(database, root) {
  if (!database.local) {
    const told = await database.wrangler(["secret", "list", "--env", database.target, "--format", "json"]);
    return JSON.parse(told.slice(told.search(/^\[/m))).map((secret) => secret.name).sort();
  }
  const file = join(root, ".dev.vars");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return lines.flatMap((line) => /^\s*([A-Z][A-Z0-9_]*)\s*=/.exec(line)?.[1] ?? []).sort();
}

export async function configuration(database, root, now) {
  const files = ["wrangler.toml", "wrangler.json", "wrangler.jsonc"].filter((file) => existsSync(join(root, file)));
  return {
    format: "witness configuration",
    made_at: new Date(now).toISOString(),
    target: database.target,
    secrets: await secrets(database, root),
    files: Object.fromEntries(files.map((file) => [file, readFileSync(join(root, file), "utf8")])),
  };
}
