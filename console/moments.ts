// Moments as fields of type `datetime-local` have them: where the reader is, without a zone.

/** So many milliseconds from now. */
export function ahead(milliseconds: number): string {
  const at = new Date(Date.now() + milliseconds);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** As the server wants it. What is no moment goes as it is: the server says what is wrong with it. */
export function moment(local: string): string {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? local : at.toISOString();
}
