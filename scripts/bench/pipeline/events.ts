/** Events from the journal's door to the platform's acknowledgement: how many a second, how late, and what they cost in bytes. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { Figures } from "#scripts/bench/base/figures.ts";
import { diskBytes } from "#scripts/bench/base/processUse.ts";
import { median, percentile } from "#scripts/bench/base/statistics.ts";
import { inFolder, say, withCleanup } from "#scripts/bench/base/workplace.ts";
import { acknowledged, type EventDoor } from "#scripts/bench/pipeline/door.ts";
import { openFloorDoor } from "#scripts/bench/pipeline/floorDoor.ts";
import { openOurDoor } from "#scripts/bench/pipeline/ourDoor.ts";

const GROUP = 100;
/** Committed and not yet acknowledged: the door does not run away from the wire. */
const AHEAD_MAX = 20_000;
const EVENT_GAP_MS = 10;

interface EventsSize {
  rounds: number;
  eventsPerRound: number;
  latencyEvents: number;
}

const FULL: EventsSize = { rounds: 5, eventsPerRound: 20_000, latencyEvents: 300 };
const QUICK: EventsSize = { rounds: 1, eventsPerRound: 500, latencyEvents: 20 };

interface Measured {
  eventsPerSecond: number[];
  flashBytesPerEvent: number[];
  wireBytesPerEvent: number[];
  latencyMs: number[];
}

export function measureEvents(quick: boolean): Promise<{ ours: Figures; floor: Figures }> {
  const { rounds, eventsPerRound, latencyEvents } = quick ? QUICK : FULL;
  say(`事件：${rounds} 轮 × ${eventsPerRound} 条`, `events: ${rounds} rounds of ${eventsPerRound}`);
  return inFolder((folder) =>
    withCleanup(async (cleanup) => {
      const doors: { door: EventDoor; measured: Measured }[] = [];
      for (const [name, open] of Object.entries({ ours: openOurDoor, floor: openFloorDoor })) {
        const own = join(folder, name);
        mkdirSync(own);
        const door = await open(own);
        cleanup.add(() => door.close());
        doors.push({ door, measured: { eventsPerSecond: [], flashBytesPerEvent: [], wireBytesPerEvent: [], latencyMs: [] } });
        await flow(door, GROUP);
      }
      for (let round = 0; round < rounds; round++) {
        for (const { door, measured } of doors) await measureFlow(door, eventsPerRound, measured);
        for (const { door, measured } of doors) measured.latencyMs.push(...(await latencies(door, Math.ceil(latencyEvents / rounds))));
      }
      const [ours, floor] = doors.map(({ measured }) => figuresOf(measured));
      return { ours: ours ?? {}, floor: floor ?? {} };
    }),
  );
}

async function measureFlow(door: EventDoor, events: number, measured: Measured): Promise<void> {
  const disk = diskBytes(process.pid);
  const wire = door.wireBytes;
  const startMs = performance.now();
  await flow(door, events);
  measured.eventsPerSecond.push((events * 1000) / (performance.now() - startMs));
  measured.flashBytesPerEvent.push((diskBytes(process.pid) - disk) / events);
  measured.wireBytesPerEvent.push((door.wireBytes - wire) / events);
}

/** In groups through the door, until all are acknowledged. */
async function flow(door: EventDoor, events: number): Promise<void> {
  const target = door.lastSeq + events;
  while (door.lastSeq < target) {
    door.commit(Math.min(GROUP, target - door.lastSeq));
    await nextTurn();
    if (door.lastSeq - door.ackedSeq >= AHEAD_MAX) await acknowledged(door, () => door.lastSeq - door.ackedSeq < AHEAD_MAX);
  }
  await acknowledged(door, () => door.ackedSeq >= target);
}

/** One event each 10 ms, committed alone: how long until it is acknowledged. */
async function latencies(door: EventDoor, events: number): Promise<number[]> {
  const committedMs = new Map<number, number>();
  const foundMs: number[] = [];
  const takeAcked = () => {
    for (const [seq, ms] of committedMs) {
      if (seq > door.ackedSeq) break;
      foundMs.push(performance.now() - ms);
      committedMs.delete(seq);
    }
  };
  door.whenAcked = takeAcked;
  const startMs = performance.now();
  for (let index = 0; index < events; index++) {
    await delay(Math.max(0, startMs + index * EVENT_GAP_MS - performance.now()));
    committedMs.set(door.lastSeq + 1, performance.now());
    door.commit(1);
  }
  while (committedMs.size > 0) {
    await delay(1);
    takeAcked();
  }
  return foundMs;
}

function figuresOf({ eventsPerSecond, flashBytesPerEvent, wireBytesPerEvent, latencyMs }: Measured): Figures {
  return {
    eventsPerSecond: median(eventsPerSecond),
    p50Ms: percentile(latencyMs, 0.5),
    p99Ms: percentile(latencyMs, 0.99),
    flashBytesPerEvent: median(flashBytesPerEvent),
    wireBytesPerEvent: median(wireBytesPerEvent),
  };
}
