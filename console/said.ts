// The one polite live region of the page: what was done, and what changed by itself.

let tell: (words: string) => void = () => undefined;

/** Where announcements are shown. */
export function onSaid(listener: (words: string) => void): () => void {
  tell = listener;
  return () => void (tell = () => undefined);
}

export const announce = (words: string): void => tell(words);
