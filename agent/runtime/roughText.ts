/** Enough of what a fault made to tell one from another, and no more than that: it may be endless. */
const CHARACTERS_MAX = 1024 * 1024;
const DEPTH_MAX = 16;

/** Of plain JSON its canonical text; what JSON has no word for stands as its JavaScript name, what is too deep or too long is left out. */
export function roughText(value: unknown): string {
  const pieces: string[] = [];
  let left = CHARACTERS_MAX;
  const put = (piece: string): void => {
    pieces.push(piece.slice(0, left));
    left -= Math.min(left, piece.length);
  };
  const list = (ends: string, items: readonly [label: string, item: unknown][], depth: number): void => {
    put(ends.charAt(0));
    for (const [index, [label, item]] of items.entries()) {
      if (left === 0) return;
      put(index === 0 ? label : `,${label}`);
      write(item, depth + 1);
    }
    put(ends.charAt(1));
  };
  const write = (item: unknown, depth: number): void => {
    if (typeof item === "string") put(JSON.stringify(item.slice(0, left)));
    else if (typeof item !== "object" || item === null) put(String(item));
    else if (depth >= DEPTH_MAX) put("…");
    else if (Array.isArray(item))
      list(
        "[]",
        Array.from(item, (member: unknown) => ["", member]),
        depth,
      );
    else list("{}", membersOf(item), depth);
  };
  write(value, 0);
  return pieces.join("");
}

function membersOf(record: object): [label: string, item: unknown][] {
  const members = Object.entries(record).filter(([, item]) => item !== undefined);
  return members.sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, item]) => [`${JSON.stringify(key)}:`, item]);
}
