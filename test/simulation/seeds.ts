/** Many seeds, dealt out in hands to a process for each core. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Outcome, play } from "#test/simulation/run.ts";

const HAND = 25;
const SHOWN_MAX = 10;
const PROGRESS_EVERY = 5_000;
const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

export interface Order {
  seeds: number;
  from: number;
  jobs: number;
  isFirstOnly: boolean;
}

type Hand = { from: number; count: number };
type Result = Pick<Outcome, "seed" | "violations" | "virtualMs" | "events" | "arcs">;

/** Exit code 1 when a law was broken. */
export async function playSeeds(order: Order): Promise<number> {
  const sums = { seeds: 0, violations: 0, virtualMs: 0, events: 0, arcs: 0 };
  const take = ({ seed, violations, virtualMs, events, arcs }: Result): void => {
    sums.seeds += 1;
    sums.virtualMs += virtualMs;
    sums.events += events;
    sums.arcs += arcs;
    if (violations.length > 0 && ++sums.violations <= SHOWN_MAX) show(seed, violations);
    if (sums.seeds % PROGRESS_EVERY === 0) console.error(`${sums.seeds} seeds, ${sums.violations} with violations`);
  };
  const isOver = (): boolean => order.isFirstOnly && sums.violations > 0;
  const startMs = performance.now();
  if (order.jobs === 1) await alone(order, take, isOver);
  else await together(order, take, isOver);
  const seconds = (performance.now() - startMs) / 1000;
  const { seeds, violations, virtualMs, events, arcs } = sums;
  const rates = { runsPerSecond: rounded(seeds / seconds), virtualHoursPerSecond: rounded(virtualMs / 3_600_000 / seconds) };
  console.log(JSON.stringify({ seeds, violations, ...rates, virtualHours: rounded(virtualMs / 3_600_000), events, arcs }));
  return violations === 0 ? 0 : 1;
}

/** In a process of `playSeeds`: plays what it is dealt. */
export function serveSeeds(): void {
  process.on("message", (hand: Hand) => {
    void playHand(hand).then((results) => process.send?.(results));
  });
}

async function alone({ seeds, from }: Order, take: (result: Result) => void, isOver: () => boolean): Promise<void> {
  for (let seed = from; seed < from + seeds && !isOver(); seed++) take(await play(seed));
}

async function together({ seeds, from, jobs }: Order, take: (result: Result) => void, isOver: () => boolean): Promise<void> {
  let next = from;
  const deal = (child: ChildProcess): boolean => {
    const count = Math.min(HAND, from + seeds - next);
    if (count <= 0 || isOver()) return false;
    child.send({ from: next, count } satisfies Hand);
    next += count;
    return true;
  };
  const serve = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(MAIN, [], { execArgv: ["--import", "tsx"] });
      child.on("error", reject);
      child.on("exit", (code, signal) => (child.connected ? undefined : reject(new Error(`a process ended: ${code ?? signal}`))));
      child.on("message", (results: Result[]) => {
        for (const result of results) take(result);
        if (deal(child)) return;
        child.removeAllListeners("exit");
        child.disconnect();
        resolve();
      });
      if (!deal(child)) {
        child.disconnect();
        resolve();
      }
    });
  await Promise.all(Array.from({ length: jobs }, serve));
}

async function playHand({ from, count }: Hand): Promise<Result[]> {
  const results: Result[] = [];
  for (let seed = from; seed < from + count; seed++) {
    const { violations, virtualMs, events, arcs } = await play(seed);
    results.push({ seed, violations, virtualMs, events, arcs });
  }
  return results;
}

function show(seed: number, violations: readonly string[]): void {
  for (const violation of violations) console.error(`seed ${seed}, ${violation}`);
  console.error(`again: npm run simulate -- --trace --from ${seed}`);
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
