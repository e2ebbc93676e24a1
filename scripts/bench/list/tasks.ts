/** What both sides of the bench are asked to do, and how they measure it. */

export interface ListTask {
  /** The base's file, complete; it stays where it is. */
  readonly base: string;
  readonly overlay: string;
  /** Where a side keeps what it makes of them. */
  readonly folder: string;
  /** A JSON array of handles in hex. */
  readonly handles: string;
  /** DER SPKI of the key that signed both, in hex. */
  readonly keyHex: string;
  readonly keyId: string;
}

export type ListOrder = { readonly do: "import" | "load" | "lookUp" | "apply" };

export interface Imported {
  readonly importMs: number;
  readonly fileBytes: number;
}

export interface Loaded {
  readonly loadMs: number;
  readonly rssAddedMb: number;
}

export interface LookedUp {
  readonly tookUs: readonly number[];
  readonly found: number;
}

export interface Applied {
  readonly applyMs: number;
}

export function timed<T>(work: () => T): { ms: number; result: T } {
  const startedMs = performance.now();
  const result = work();
  return { ms: performance.now() - startedMs, result };
}

/** `isThere` is asked for each handle, one after the other. */
export function timeLookUps(handles: readonly string[], isThere: (handle: string) => boolean): LookedUp {
  let found = 0;
  const tookUs = handles.map((handle) => {
    const { ms, result } = timed(() => isThere(handle));
    if (result) found += 1;
    return ms * 1000;
  });
  return { tookUs, found };
}

/** Answers each order of the parent by `carryOut`. */
export function serve(carryOut: (order: ListOrder) => Promise<object>): void {
  process.on("message", (order: ListOrder) => {
    void carryOut(order).then((answer) => process.send?.(answer));
  });
  process.once("disconnect", () => process.exit());
  process.send?.({});
}

export function rssMbNow(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}
