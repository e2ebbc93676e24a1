/** What is made of timers that fire once. */
import type { After } from "#agent/ports.ts";

/** Runs again and again, first after one interval, until the result is called. */
export function every(after: After, intervalMs: number, run: () => void): () => void {
  const tick = (): void => {
    cancel = after(intervalMs, tick);
    run();
  };
  let cancel = after(intervalMs, tick);
  return () => cancel();
}

/** Resolves when the promise has, and after `withinMs` at the latest. */
export async function within(after: After, withinMs: number, promise: Promise<unknown>): Promise<void> {
  let cancel = (): void => undefined;
  const patience = new Promise<void>((resolve) => {
    cancel = after(withinMs, resolve);
  });
  await Promise.race([promise, patience]);
  cancel();
}
