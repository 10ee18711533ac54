#!/usr/bin/env node
// Verifies an export of the audit log without asking the service, sharing no code and no state with it: the layout of
// what is hashed and signed is in docs/audit.md.
//
//   node tools/audit/verify.mjs <export> --key <keys> [--known <checkpoint>] [--from <place>]
//
// <export> has pages of GET /api/v1/admin/audit/export, one JSON document or one a line; <keys> is what
// /.well-known/witness-audit-key.json served, kept since before; <checkpoint> is one that you kept, as JSON, and shows
// whether records before it were cut off; <place> is where the chain has to begin, 1 unless retention has removed older
// records. Ends with 1 and names the first thing that does not hold.
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** SHA-256 over the parts, each preceded by its length in eight bytes. */
export function hash(...parts) {
  const digest = createHash("sha256");
  for (const part of parts) {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(bytes.length));
    digest.update(length).update(bytes);
  }
  return digest.digest();
}

const b64 = (bytes) => bytes.toString("base64url");
const GENESIS = hash("witness audit genesis v1");
const TEXTS = ["id", "kind", "outcome", "actor", "subject_type", "subject_id", "source", "request_id", "commitment", "hash"];

/** What does not hold. */
export class Fault extends Error {}

function must(holds, fault) {
  if (!holds) throw new Fault(fault);
}

const isPlace = (value) => Number.isSafeInteger(value) && value >= 1;

/** Public keys by their id, as the checkpoints name them. */
function keysOf({ keys }) {
  must(Array.isArray(keys) && keys.length > 0, "the keys are no JWK set");
  const entries = keys.map((jwk) => {
    const raw = Buffer.from(String(jwk.x), "base64url");
    must(jwk.kty === "OKP" && jwk.crv === "Ed25519" && raw.length === 32, "a key is no Ed25519 key");
    return [b64(hash("witness audit key v1", raw).subarray(0, 8)), createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: jwk.x }, format: "jwk" })];
  });
  return new Map(entries);
}

/** Holds a checkpoint against its signature. */
function signed(checkpoint, keys) {
  const { seq, hash: end, at, key_id: id, signature } = checkpoint;
  must(isPlace(seq) && Number.isSafeInteger(at) && [end, id, signature].every((text) => typeof text === "string"), "a checkpoint has not the form of one");
  must(keys.has(id), `the checkpoint at place ${seq} was signed with a key that is not among the known ones`);
  const message = hash("witness audit checkpoint v1", id, String(seq), end, String(at));
  must(verifySignature(null, message, keys.get(id), Buffer.from(signature, "base64url")), `the checkpoint at place ${seq} has no good signature`);
}

/** The hash that a record has after `previous`. */
export function linked(previous, r) {
  const parts = [r.seq, r.id, r.at, r.kind, r.outcome, r.actor, r.subject_type, r.subject_id, r.user_id ?? "", r.source, r.request_id];
  return hash("witness audit record v1", previous, ...parts.map(String), r.commitment);
}

function wellFormed(r) {
  const texts = TEXTS.every((name) => typeof r[name] === "string");
  const user = r.user_id === null || (typeof r.user_id === "string" && r.user_id !== "");
  return isPlace(r.seq) && Number.isSafeInteger(r.at) && texts && user;
}

function committed(r) {
  if (r.personal === null && r.salt === null) return false;
  must(typeof r.personal === "string" && typeof r.salt === "string", `the personal part at place ${r.seq} came without its salt`);
  const parts = ["witness commitment v1", Buffer.from(r.salt, "base64url"), "audit_records", r.id, "personal", r.personal];
  must(b64(hash(...parts)) === r.commitment, `the personal part at place ${r.seq} is not the one that was committed to`);
  return true;
}

/**
 * Verifies pages of an export against public keys and, where they are known, a checkpoint that was kept outside and
 * the place with which the chain begins.
 * Gives what was verified; throws a `Fault` that names the first thing that does not hold.
 */
export function verify(pages, jwks, { known, from } = {}) {
  const keys = keysOf(jwks);
  for (const page of pages) must(page?.format === "witness.audit.v1" && Array.isArray(page.records) && Array.isArray(page.checkpoints), "this is no export of this version");
  const records = pages.flatMap((page) => page.records);
  const checkpoints = new Map();
  for (const checkpoint of pages.flatMap((page) => page.checkpoints)) {
    signed(checkpoint, keys);
    must((checkpoints.get(checkpoint.seq) ?? checkpoint).hash === checkpoint.hash, `two checkpoints at place ${checkpoint.seq} differ`);
    checkpoints.set(checkpoint.seq, checkpoint);
  }
  if (known !== undefined) signed(known, keys);
  // From the very beginning, or behind a signed hash.
  const after = pages[0]?.after ?? 0;
  must(Number.isSafeInteger(after) && after >= 0, "the first page does not say where it begins");
  const first = records[0]?.seq ?? after + 1;
  must(isPlace(first), "the first record has no place");
  must(first === after + 1, `the export says that it begins at place ${after + 1}, and begins at place ${first}`);
  if (from !== undefined) must(first <= from, `records before place ${first} are missing: the chain begins at place ${from}`);
  let seq = first - 1;
  if (first > 1) must(checkpoints.has(seq), `the export begins at place ${first} without the checkpoint before it`);
  let end = first === 1 ? GENESIS : Buffer.from(checkpoints.get(seq).hash, "base64url");
  let opened = 0;
  for (const record of records) {
    seq += 1;
    must(wellFormed(record), `the record at place ${seq} has not the form of one`);
    must(record.seq === seq, `place ${seq} holds the record of place ${record.seq}: something was removed, inserted or moved`);
    end = linked(end, record);
    must(b64(end) === record.hash, `the record at place ${seq}, or one before it, was changed`);
    const checkpoint = checkpoints.get(seq);
    must(checkpoint === undefined || checkpoint.hash === record.hash, `the record at place ${seq} is not the one that was signed`);
    if (known?.seq === seq) must(known.hash === record.hash, `the record at place ${seq} is not the one of the known checkpoint`);
    if (committed(record)) opened += 1;
  }
  const last = Math.max(0, ...checkpoints.keys());
  must(last >= seq, `no signature covers the records after place ${last}: take further pages of the export`);
  must(last <= seq, `records after place ${seq} are missing: place ${last} was signed`);
  if (known !== undefined) must(known.seq <= seq, `records after place ${seq} are missing: place ${known.seq} was signed`);
  return { from: first, to: seq, records: records.length, checkpoints: checkpoints.size, opened, hash: b64(end) };
}

/** Pages of a file: one JSON document, a list of them, or one a line. */
export function pagesOf(text) {
  try {
    return [JSON.parse(text)].flat();
  } catch {
    return text.split("\n").filter((line) => line.trim() !== "").map((line) => JSON.parse(line));
  }
}

function main(args) {
  const option = (name) => (args.includes(name) ? args.splice(args.indexOf(name), 2)[1] : undefined);
  const [key, known, from] = [option("--key"), option("--known"), option("--from")];
  if (args.length !== 1 || key === undefined || (from !== undefined && !isPlace(Number(from)))) {
    console.error("usage: verify.mjs <export> --key <keys> [--known <checkpoint>] [--from <place>]");
    return 2;
  }
  try {
    const json = (file) => JSON.parse(readFileSync(file, "utf8"));
    const found = verify(pagesOf(readFileSync(args[0], "utf8")), json(key), { known: known && json(known), from: from && Number(from) });
    console.log(`the chain holds from place ${found.from} to ${found.to}: ${found.records} records, ${found.opened} of them with their personal part, ${found.checkpoints} signatures; it ends with ${found.hash}`);
    return 0;
  } catch (fault) {
    console.error(fault instanceof Fault ? `THE CHAIN DOES NOT HOLD: ${fault.message}` : `cannot be read: ${fault.message}`);
    return 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = main(process.argv.slice(2));
