// Inputs that differ from request to request.

const MINUTE = 60_000;
/** From then on the zone of the births has neither skipped nor doubled times. */
const FIRST = Date.UTC(1950, 0, 1);
const MINUTES = 36_000_000;
/** Shares no factor with MINUTES, so that every birth comes once before one comes again. */
const STEP = 7919;

let births = 0;

/** A birth that no other request of this run tells. */
function birth() {
  births += 1;
  const [birth_date, time] = new Date(FIRST + ((births * STEP) % MINUTES) * MINUTE).toISOString().split("T");
  return { birth_date, birth_time: time.slice(0, 5), time_zone: "Asia/Kolkata" };
}

/** A number as letters. */
const letters = (number) => [...String(number)].map((digit) => "abcdefghij"[digit]).join("");

/** So many births, each for the first and only time. */
export const charts = (count) => Array.from({ length: count }, () => JSON.stringify(birth()));

/** So many births with a name, each for the first and only time. */
export const natives = (count) =>
  Array.from({ length: count }, () => {
    const born = birth();
    return JSON.stringify({ full_name: `Ada Vellocea ${letters(births)}`, ...born });
  });

/** Questions to numerology, the same ones each time. */
export const names = (count, question) =>
  Array.from({ length: count }, (_, number) => ({ ...question, full_name: `Ada Vellocea ${letters(number)}` }));
