// What wrangler says of versions, for scripts. Usage: node scripts/versions.mjs where <environment>
//                                                   node scripts/versions.mjs serving|uploaded <what wrangler wrote
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const input = () => readFileSync(0, "utf8");
/** What wrangler.toml says of an environment; wrangler takes a second to load. */
async function config(env) {
  const { unstable_readConfig } = await import("wrangler");
  return unstable_readConfig({ config: fileURLToPath(new URL("../wrangler.toml", import.meta.url)), env }, { hideWarnings: true });
}

const answers = {
  /** The name of the Worker and the origin that callers use. */
  where: async (env) => {
    const { name, vars } = await config(env);
    return `${name} ${vars.PUBLIC_URL}`;
  },
  /** The version that answers all requests, from `wrangler deployments status --json`. */
  serving: () => JSON.parse(input()).versions.find(({ percentage }) => percentage === 100)?.version_id,
  /** The version that was uploaded, from the lines in WRANGLER_OUTPUT_FILE_PATH. */
  uploaded: () => {
    const lines = input().split("\n").filter(Boolean).map((line) => JSON.parse(line));
    return lines.findLast(({ type }) => type === "version-upload")?.version_id;
  },
};

const [what, env] = process.argv.slice(2);
const answer = await answers[what]?.(env);
if (answer) console.log(answer);
else process.exitCode = 1;
