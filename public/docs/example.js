// The request that an operation's own examples describe. Pure: document in, request out.

/** Follows a local `$ref` of the document; anything else is returned as it is. */
export const resolve = (document, node) => {
  let current = node;
  for (let hops = 0; hops < 8 && current && typeof current.$ref === "string"; hops += 1) {
    if (!current.$ref.startsWith("#/")) return undefined;
    const steps = current.$ref.slice(2).split("/").map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    current = steps.reduce((at, step) => at?.[step], document);
  }
  return current;
};

const firstExample = (document, holder) => {
  if (holder === undefined) return undefined;
  if (holder.example !== undefined) return holder.example;
  const [named] = Object.values(holder.examples ?? {});
  if (Array.isArray(holder.examples)) return holder.examples[0];
  return resolve(document, named)?.value;
};

const parameterValue = (document, parameter) => {
  const schema = resolve(document, parameter.schema) ?? {};
  return firstExample(document, parameter) ?? firstExample(document, schema) ?? schema.const ?? schema.enum?.[0];
};

/** Example of one operation as { method, url, headers, body }; `origin` like `https://host`. With `socket` it opens one. */
export const exampleRequest = (document, path, method, origin) => {
  const item = document.paths?.[path] ?? {};
  const operation = item[method] ?? {};
  const headers = [];
  const query = new URLSearchParams();
  let filled = path;
  for (const raw of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
    const parameter = resolve(document, raw);
    if (!parameter) continue;
    const value = parameterValue(document, parameter);
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    const wanted = parameter.required || firstExample(document, parameter) !== undefined;
    if (value === undefined || !wanted) continue;
    if (parameter.in === "path") filled = filled.replaceAll(`{${parameter.name}}`, encodeURIComponent(text));
    if (parameter.in === "query") query.append(parameter.name, text);
    if (parameter.in === "header") headers.push([parameter.name, text]);
  }
  const security = operation.security ?? document.security ?? [];
  if (security.length > 0 && security.every((choice) => Object.keys(choice).length > 0)) {
    headers.push(["Authorization", "Bearer"]);
  }
  const content = resolve(document, operation.requestBody)?.content ?? {};
  const [[type, media] = []] = Object.entries(content);
  const example = firstExample(document, media);
  let body;
  if (type !== undefined && example !== undefined) {
    headers.push(["Content-Type", type]);
    body = typeof example === "string" ? example : JSON.stringify(example, null, 2);
  }
  const search = query.size > 0 ? `?${query}` : "";
  const request = { method: method.toUpperCase(), url: `${origin}${filled}${search}`, headers, body };
  return operation["x-upgrade"] ? { ...request, socket: true } : request;
};
