/** When what is killed: drawn from a seed, so that every system is met at the same instants of its run. */

export type Kill = "gateway" | "broker" | "both";

export interface Step {
  /** Since the load began. */
  atMs: number;
  do: "killGateway" | "killBroker" | "startBroker";
}

const KINDS: readonly Kill[] = ["gateway", "broker", "both"];
/** Each kill has so much time, its recovery included. */
const SLOT_MS = 12_000;
const FIRST_AT_MS = { least: 1_000, most: 4_000 };
const OUTAGE_MS = { least: 2_000, most: 5_000 };
/** After the broker has gone, with something in the buffer. */
const THEN_GATEWAY_MS = { least: 500, most: 1_500 };

/** `rounds` kills of each kind, one after the other. The gateway is started again as soon as it is dead. */
export function killPlan(seed: number, rounds: number): Step[] {
  const random = seeded(seed);
  const between = ({ least, most }: { least: number; most: number }) => Math.round(least + random() * (most - least));
  const slots = Array.from({ length: rounds }, () => KINDS).flat();
  return slots.flatMap((kind, slot): Step[] => {
    const atMs = slot * SLOT_MS + between(FIRST_AT_MS);
    const backMs = atMs + between(OUTAGE_MS);
    const gatewayMs = atMs + between(THEN_GATEWAY_MS);
    const outage: Step[] = [
      { atMs, do: "killBroker" },
      { atMs: backMs, do: "startBroker" },
    ];
    if (kind === "gateway") return [{ atMs, do: "killGateway" }];
    return kind === "broker" ? outage : outage.toSpliced(1, 0, { atMs: gatewayMs, do: "killGateway" });
  });
}

/** mulberry32. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
