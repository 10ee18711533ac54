// Holds frames to the contract, as the served document has them: as much of JSON Schema as it uses for frames.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const document = JSON.parse(readFileSync(new URL("../../../public/openapi.json", import.meta.url), "utf8"));
export const { schemas } = document.components;

const RULES = {
  type: (value, type) => {
    if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
    if (type === "array") return Array.isArray(value);
    return type === "integer" ? Number.isSafeInteger(value) : typeof value === type;
  },
  const: (value, same) => value === same,
  enum: (value, all) => all.includes(value),
  minimum: (value, least) => value >= least,
  maximum: (value, most) => value <= most,
  minLength: (value, least) => value.length >= least,
  maxLength: (value, most) => value.length <= most,
  pattern: (value, pattern) => new RegExp(pattern, "u").test(value),
  minItems: (value, least) => value.length >= least,
  maxItems: (value, most) => value.length <= most,
  uniqueItems: (value) => new Set(value).size === value.length,
  required: (value, names) => names.every((name) => Object.hasOwn(value, name)),
};
/** They say nothing about a value. */
const WORDS = new Set(["description", "format", "x-format", "x-data-class", "discriminator"]);

/** Whether a value is as a schema has it; a keyword that is not known here is a fault of this file. */
export function holds(schema, value, at = "") {
  if (schema.$ref) return holds(schemas[schema.$ref.split("/").at(-1)], value, at);
  for (const [keyword, rule] of Object.entries(schema)) {
    if (WORDS.has(keyword)) continue;
    if (keyword === "properties") {
      for (const [name, part] of Object.entries(rule)) if (Object.hasOwn(value, name)) holds(part, value[name], `${at}/${name}`);
    } else if (keyword === "additionalProperties") {
      assert.deepEqual(Object.keys(value).filter((name) => !Object.hasOwn(schema.properties, name)), [], `${at}: not in the contract`);
    } else if (keyword === "items") {
      value.forEach((item, index) => holds(rule, item, `${at}/${index}`));
    } else {
      assert.ok(RULES[keyword], `the keyword ${keyword} is not known here`);
      assert.ok(RULES[keyword](value, rule), `${at}: ${keyword} of ${JSON.stringify(value)}`);
    }
  }
}

/** Holds a frame to the contract; `direction` is `Up` or `Down`. */
export function frame(direction, value) {
  const { mapping } = schemas[`Frame${direction}`].discriminator;
  assert.ok(mapping[value.type], `no frame ${value.type} goes ${direction}`);
  holds({ $ref: mapping[value.type] }, value, value.type);
}
