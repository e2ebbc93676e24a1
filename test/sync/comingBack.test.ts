/** A province that loses its platform, on virtual time: how many come back in which second. */
import { expect, it } from "vitest";
import { boundedSlot, NO_SLOT, type ReturnSlot } from "#agent/core/sync/retry.ts";
import type { Uplink, UplinkListener } from "#agent/ports.ts";
import { ComingBack } from "#agent/runtime/comingBack.ts";
import { PlatformLink } from "#agent/runtime/platformLink.ts";
import { seeded } from "#test/sync/seed.ts";
import { TimerHeap } from "#test/sync/timerHeap.ts";

const MACHINES = 10_000;
const SEED = 20_261_127;
const SPREAD: ReturnSlot = { afterS: 0, spreadS: 300 };
const NEVER = new Promise<void>(() => undefined);

function memory(): { getValue(name: string): string | undefined; setValue(name: string, value: string): void; writes: number } {
  const values = new Map<string, string>();
  return {
    writes: 0,
    getValue: (name) => values.get(name),
    setValue(name, value) {
      this.writes += 1;
      values.set(name, value);
    },
  };
}

/** Every machine is on line and has heard `slot`; then the platform is gone from 0 to `outageS`. Attempts by second, and who is back. */
function province(slot: ReturnSlot, outageS: number): { attempts: number[]; online: number } {
  const time = new TimerHeap();
  const random = seeded(SEED);
  const attempts: number[] = [];
  let isUp = true;
  let online = 0;
  const losers: (() => void)[] = [];
  for (let machine = 0; machine < MACHINES; machine++) {
    const connect = (listener: UplinkListener): Uplink => {
      const second = Math.floor(time.nowMs / 1000);
      if (time.nowMs > 0) attempts[second] = (attempts[second] ?? 0) + 1;
      // A dead platform answers at once (refused), a crawling one late.
      time.after(isUp ? 5 : machine % 2 === 0 ? 3 : 10_000, () => (isUp ? listener.online() : listener.offline("refused")));
      return { publish: () => NEVER, close: () => Promise.resolve() };
    };
    const link: PlatformLink = new PlatformLink(
      connect,
      {
        online: () => {
          online += 1;
          link.proven();
        },
        offline: () => link.connectLater(),
        message: () => undefined,
      },
      (delayMs, run) => time.after(delayMs, run),
      new ComingBack(memory(), random),
    );
    link.start();
    losers.push(() => {
      void link.drop();
      link.connectLater();
    });
    time.pass(0);
    if (slot !== NO_SLOT) time.after(6, () => link.comeBack(slot));
  }
  time.pass(10);
  expect(online).toBe(MACHINES);
  online = 0;
  isUp = false;
  for (const lose of losers) lose();
  time.pass(outageS * 1000);
  isUp = true;
  time.pass(900_000);
  return { attempts: Array.from(attempts, (count) => count ?? 0), online };
}

it.each([
  ["five seconds", 5],
  ["two minutes", 120],
  ["half an hour", 1_800],
])("after %s without the platform, 10,000 machines in a slot never try at more than twice the mean rate", (_name, outageS) => {
  const { attempts, online } = province(SPREAD, outageS);
  const meanPerSecond = MACHINES / SPREAD.spreadS;
  expect(online, `seed ${SEED}`).toBe(MACHINES);
  expect(Math.max(...attempts), `seed ${SEED}`).toBeLessThanOrEqual(2 * meanPerSecond);
  const back = attempts.slice(outageS, outageS + SPREAD.spreadS).reduce((sum, count) => sum + count, 0);
  expect(back, "all are back when the spread is over").toBeGreaterThan(0.95 * MACHINES);
});

it("without a slot the same province comes back in a rush: the slot is what prevents it", () => {
  expect(Math.max(...province(NO_SLOT, 0).attempts)).toBeGreaterThan(MACHINES / 2);
});

it("nobody comes before the time that the platform named, and everybody after it", () => {
  const { attempts, online } = province({ afterS: 200, spreadS: 300 }, 150);
  expect(attempts.findIndex((count) => count > 0)).toBeGreaterThanOrEqual(200);
  expect(online).toBe(MACHINES);
  expect(attempts.length).toBeLessThanOrEqual(502);
});

it.each([
  [
    { afterS: 900, spreadS: 900 },
    { afterS: 900, spreadS: 0 },
  ],
  [
    { afterS: 600, spreadS: 900 },
    { afterS: 600, spreadS: 300 },
  ],
  [
    { afterS: 1e12, spreadS: Number.POSITIVE_INFINITY },
    { afterS: 900, spreadS: 0 },
  ],
  [{ afterS: -5, spreadS: Number.NaN }, NO_SLOT],
])("a platform that says %j keeps a machine away for 15 minutes at most", (said, obeyed) => {
  expect(boundedSlot(said)).toEqual(obeyed);
  const coming = new ComingBack(memory(), () => 0.999_999);
  coming.take(said);
  expect(coming.waits().next().value).toBeLessThanOrEqual(900_000);
});

it("the spread outlives the process and is written when it changes; `afterS` is for one outage", () => {
  const journal = memory();
  const first = new ComingBack(journal, () => 0);
  for (let word = 0; word < 5; word++) first.take({ afterS: 60, spreadS: 300 });
  expect(journal.writes).toBe(1);
  expect(first.waits().next().value).toBe(60_000);
  first.arrived();
  expect(first.waits().next().value).toBe(0);
  const restarted = new ComingBack(journal, () => 0.5);
  expect(restarted.isSpread).toBe(true);
  const waits = restarted.waits();
  expect([waits.next().value, waits.next().value, waits.next().value]).toEqual([150_000, 300_000, 300_000]);
  const time = new TimerHeap();
  let tries = 0;
  const connect = (): Uplink => {
    tries += 1;
    return { publish: () => NEVER, close: () => Promise.resolve() };
  };
  const listener = { online: () => undefined, offline: () => undefined, message: () => undefined };
  new PlatformLink(connect, listener, (delayMs, run) => time.after(delayMs, run), restarted).start();
  time.pass(149_999);
  expect(tries, "a process that starts into an outage keeps to its slot").toBe(0);
  time.pass(1);
  expect(tries).toBe(1);
  restarted.take({ afterS: 0, spreadS: 0 });
  expect(new ComingBack(journal, () => 0.5).isSpread).toBe(false);
});
