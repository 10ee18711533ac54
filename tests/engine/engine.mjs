// A server that speaks the engine protocol (docs/engine-protocol.md) and misbehaves by script. What it answers it was
// taught before: in the tests by a Witness that has no remote engine, under the hash that this one gave.
import { createHash } from "node:crypto";
import { createServer } from "node:http";

const ROUTE = /^\/v1\/engines\/([a-z_]+)\/calculate$/;

const read = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

function json(response, status, value, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof value === "string" ? value : JSON.stringify(value));
}

/** What an engine may do with a question: name -> (exchange, argument). `right` gives the true answer. */
const DEEDS = {
  well: ({ response, right }) => json(response, 200, right()),
  slow: ({ response, right }, millis) => {
    const answer = right();
    setTimeout(() => json(response, 200, answer), millis);
  },
  hang: () => {},
  reset: ({ request }) => request.socket.resetAndDestroy(),
  status: ({ response }, status, headers) => json(response, status, { error: "as scripted" }, headers),
  garbage: ({ response }) => json(response, 200, "<html>Welcome to the default page</html>"),
  // Half of the body: once with the connection cut, once as if it were all.
  half: ({ response, right }) => {
    const text = JSON.stringify(right());
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
    response.write(text.slice(0, text.length / 2), () => response.socket.destroy());
  },
  "half as if whole": ({ response, right }) => {
    const text = JSON.stringify(right());
    json(response, 200, text.slice(0, text.length / 2));
  },
  // An answer with something changed.
  changed: ({ response, right }, change) => json(response, 200, { ...(right()), ...change }),
  large: ({ response }) => json(response, 200, "x".repeat(600_000)),
};

/**
 * Starts one. `secret` is the token that questions have to bring. `teach` takes a calculation as the API gives it, which
 * is the answer to the question of its hash from then on.
 *
 * `does(...deeds)` sets what it does next, each deed once and the last again and again; a deed is a name of DEEDS, or a
 * list of a name and its arguments. `asked` collects the questions, `traces` their `traceparent`; `wrong` what was not as the protocol says.
 */
export async function startEngine({ secret }) {
  let script = [["well"]];
  const known = new Map();
  const engine = { asked: [], wrong: [], traces: [] };
  engine.does = (...deeds) => (script = deeds.map((deed) => [deed].flat()));
  engine.teach = ({ engine: name, engine_version, input_hash, title, summary, result }) =>
    known.set(input_hash, { engine: name, engine_version, input_hash, title, summary, result });

  function fault(request, question) {
    const name = ROUTE.exec(request.url)?.[1];
    const hash = createHash("sha256").update(question.canonical_input ?? "").digest("hex");
    if (request.headers.authorization !== `Bearer ${secret}`) return "the token";
    if (request.method !== "POST" || name !== question.engine) return "the address";
    if (request.headers["content-type"] !== "application/json") return "the type";
    if (hash !== question.input_hash) return "the hash";
    const input = JSON.parse(question.canonical_input);
    if (input.engine !== name || input.engine_version !== question.engine_version) return "the canonical input";
    if (!(question.deadline_ms > 0)) return "the deadline";
  }

  async function answer(request, response) {
    const question = JSON.parse(await read(request));
    engine.asked.push(question);
    engine.traces.push(request.headers.traceparent);
    const wrong = fault(request, question);
    if (wrong) {
      engine.wrong.push(wrong);
      return json(response, 400, { error: wrong });
    }
    const [deed, ...given] = script.length > 1 ? script.shift() : script[0];
    const right = () => {
      if (!known.has(question.input_hash)) throw new Error("a question that nobody taught");
      return known.get(question.input_hash);
    };
    await DEEDS[deed]({ request, response, right }, ...given);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      engine.wrong.push(String(error));
      response.destroy();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  engine.url = `http://127.0.0.1:${server.address().port}`;
  engine.close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return engine;
}
