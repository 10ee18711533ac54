// Where the peer keeps a calculation: SHA-256 of the canonical input, defaults and the day resolved.
// The runner fills the cache through the same function.
const encoder = new TextEncoder();

/** The KV key of a numerology calculation asked for on `today` (YYYY-MM-DD). */
export async function calculationKey(input, today) {
  const canonical = {
    engine: "numerology",
    birth_date: input.birth_date,
    current_year: input.current_year ?? Number(today.slice(0, 4)),
    full_name: input.full_name.trim().normalize("NFC"),
    preferred_name: input.preferred_name?.trim().normalize("NFC") ?? null,
    system: input.system ?? "pythagorean",
    today,
  };
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(JSON.stringify(canonical)));
  let hex = "";
  for (const byte of new Uint8Array(digest)) hex += byte.toString(16).padStart(2, "0");
  return `calculation:${hex}`;
}
