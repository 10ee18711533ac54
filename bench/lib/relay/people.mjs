// Accounts and devices of the load, put into the database of all subjects alike while no workerd holds it: 1,000 of them
// by the API would mean 1,000 passwords to hash.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

/** So many people with so many devices each: `{ account, devices: [{ device, privateKey, publicKey }] }`. */
export function invent(people, devices) {
  return Array.from({ length: people }, () => ({
    account: randomUUID(),
    devices: Array.from({ length: devices }, () => {
      const { privateKey, publicKey } = generateKeyPairSync("ed25519");
      return { device: randomUUID(), privateKey, publicKey: publicKey.export({ format: "jwk" }).x };
    }),
  }));
}

const USER = "INSERT INTO users (id, email, email_key, password_hash, created_at, updated_at) VALUES (?1, ?1, ?1, '-', 0, 0)";
const DEVICE = `INSERT INTO devices (id, user_id, session_id, name, public_key, fingerprint, state, created_at, updated_at)
  VALUES (?2, ?1, '-', 'Load', ?3, ?2, 'active', 0, 0)`;

/** The statements that register them, with their values. */
export const rows = (people) =>
  people.flatMap(({ account, devices }) => [
    [USER, [account]],
    ...devices.map(({ device, publicKey }) => [DEVICE, [account, device, publicKey]]),
  ]);

export function seedPeople(file, people) {
  const database = new DatabaseSync(file);
  database.exec("BEGIN");
  for (const [sql, values] of rows(people)) database.prepare(sql).run(...values);
  database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}
