/** A copy of its own of plain JSON, several times faster than structuredClone, which has to look for everything that is not plain. */
export function copyOf<T>(plain: T): T;
export function copyOf(plain: unknown): unknown {
  if (typeof plain !== "object" || plain === null) return plain;
  if (Array.isArray(plain)) return plain.map((each: unknown) => copyOf(each));
  const copy: Record<string, unknown> = { ...plain };
  for (const name in copy) {
    const value = copy[name];
    if (typeof value === "object" && value !== null) copy[name] = copyOf(value);
  }
  return copy;
}
