// Changes the shim that worker-build writes: its default export, a class behind two proxies, becomes a plain object
// of handlers, which the platform calls for less. What the shim does for a broken instance stays: the next request
// gets a new one, and exceptions of Wasm are seen. Classes of Durable Objects stay as they are.
//
// Usage: node shim.mjs <shim.js>. Ends with 1, naming what it misses, when the shim is not the one it knows.
import { readFileSync, writeFileSync } from "node:fs";

const IMPORT = 'import { WorkerEntrypoint } from "cloudflare:workers";\n';
const CLASS = "class Entrypoint extends WorkerEntrypoint {}\n";
const DEFAULT = "export default new Proxy(Entrypoint, classProxyHooks);";
// RUN_TO_COMPLETION=1 makes this one.
const FETCH = `Entrypoint.prototype.fetch = async function fetch(request) {
  let response = exports.fetch(request, this.env, this.ctx);
  this.ctx.waitUntil(response);
  return response;
}
`;
const SCHEDULED = `Entrypoint.prototype.scheduled = function scheduled (arg) {
  return exports.scheduled.call(this, arg, this.env, this.ctx);
}
`;
// Builds for development export the instance.
const DEVELOPMENT = "Entrypoint.prototype.__wasm = exports.__wasm;\n";
const KEPT = ["function checkReinitialize() {", "function handleMaybeCritical(e) {", "const classProxyHooks = {"];

const plainHandlers = (scheduled) => `function critical(e) {
  handleMaybeCritical(e);
  throw e;
}

export default {
  fetch(request, env, ctx) {
    checkReinitialize();
    let answer;
    try {
      answer = exports.fetch(request, env, ctx);
    } catch (e) {
      critical(e);
    }
    if (!(answer instanceof Promise)) return answer;
    ctx.waitUntil(answer);
    return answer.catch(critical);
  },
${scheduled}};
`;

// Only for a Worker that has the handler: the suite of the ports has none.
const PLAIN_SCHEDULED = `  async scheduled(controller, env, ctx) {
    checkReinitialize();
    try {
      await exports.scheduled(controller, env, ctx);
    } catch (e) {
      critical(e);
    }
  },
`;

/** The shim with plain handlers. Throws when `shim` is not as expected. */
export function plain(shim) {
  for (const part of [IMPORT, CLASS, FETCH, DEFAULT, ...KEPT]) {
    if (shim.split(part).length !== 2) throw new Error(`expected once: ${part.trim()}`);
  }
  const dropped = [IMPORT, CLASS, FETCH, SCHEDULED, DEVELOPMENT];
  const handlers = plainHandlers(shim.includes(SCHEDULED) ? PLAIN_SCHEDULED : "");
  const changed = dropped.reduce((text, part) => text.replace(part, ""), shim).replace(DEFAULT, handlers);
  // Another handler, or a function that was exported by mistake and would be callable from outside.
  const rest = /^.*\b(?:Worker)?Entrypoint\b.*$/m.exec(changed);
  if (rest) throw new Error(`not known here: ${rest[0].trim()}`);
  return changed;
}

const [file] = process.argv.slice(2);
try {
  writeFileSync(file, plain(readFileSync(file, "utf8")));
} catch (error) {
  console.error(`scripts/shim.mjs does not know this shim of worker-build: ${error.message}`);
  process.exit(1);
}
