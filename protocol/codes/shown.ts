const SHOWN_CHARACTERS = 48;

/** Bad input as an error's detail may show it: quoted, escaped and cut. Never for personal data. */
export function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
}
