// Numbers and moments in words. What is not known is a dash.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const brief = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export const NONE = "–";

export type Maybe = number | null | undefined;

export function number(value: Maybe): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  return (Math.abs(value) < 100 && !Number.isInteger(value) ? fine : whole).format(value);
}

export const share = (value: Maybe): string => (value === null || value === undefined ? NONE : percent.format(value));

export const milliseconds = (value: Maybe): string => (value === null || value === undefined ? NONE : `${number(value)} ms`);

const UNITS = ["bytes", "KB", "MB", "GB"];

export function bytes(value: Maybe): string {
  if (value === null || value === undefined) return NONE;
  let [size, unit] = [value, 0];
  for (; size >= 1000 && unit < UNITS.length - 1; unit += 1) size /= 1000;
  return `${number(size)} ${UNITS[unit]}`;
}

/** How long, in the two largest units. */
export function duration(seconds: Maybe): string {
  if (seconds === null || seconds === undefined) return NONE;
  if (seconds < 60) return `${number(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** A moment where the reader is; what is no moment stays as it came. */
export function when(value: string | number): string {
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? String(value) : moment.format(at);
}

export const time = (at: number): string => clock.format(at);

/** A moment that has little room. */
export const short = (at: number): string => brief.format(at);

/** `half_open` and `verified_from` as people write it. */
export const words = (name: string): string => name.replaceAll("_", " ");
