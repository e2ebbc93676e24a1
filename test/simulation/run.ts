/** One seed, one run: faults for a while, then none, and the agent must come back to work and everything must arrive. */
import { SETUP } from "#test/machine/fixtures.ts";
import { applyPlan } from "#test/simulation/apply.ts";
import { drawPlan } from "#test/simulation/faults.ts";
import { onSimulatedTime } from "#test/simulation/ownTime.ts";
import { World } from "#test/simulation/world.ts";
import { seeded } from "#test/sync/seed.ts";

export interface Outcome {
  seed: number;
  violations: string[];
  virtualMs: number;
  events: number;
  arcs: number;
  /** Of everything that happened. */
  digest: string;
  lines: readonly string[];
}

const LOOK_EVERY_MS = 5_000;
/** After the last fault: until somebody welds again, until the session is ended, until all is delivered. */
const PATIENCE = { weldsMs: 100_000, endsMs: 60_000, deliveredMs: 80_000 } as const;
/** Windows that were unread at the end of the session. */
const LAST_WINDOWS_MS = 3_000;
const BOUNDS = { timers: 200, checkpointCharacters: 128 * 1024, batchesInFlight: 20 } as const;

export async function play(seed: number): Promise<Outcome> {
  const plan = drawPlan(seeded(seed));
  const world = new World(seed, plan);
  const { clock, account } = world;
  account.note(JSON.stringify(plan));
  const time = onSimulatedTime(
    () => clock.nowMs + world.wallOffsetMs,
    (what) => account.wrong(what),
  );
  try {
    applyPlan(world, plan);
    world.welder.start();
    await pass(world, plan.endsMs, () => false);
    await finish(world);
  } finally {
    time.restore();
  }
  const { violations, lines } = account;
  return {
    seed,
    violations,
    virtualMs: clock.nowMs,
    events: world.outbox.events,
    arcs: world.sessions.arcs,
    digest: account.digest(),
    lines,
  };
}

async function finish(world: World): Promise<void> {
  const { account, sessions, welder, platform, outbox } = world;
  if (account.violations.length > 0) return;
  account.note("the last fault is over");
  world.disarm();
  welder.isEarnest = true;
  const arcs = sessions.arcs;
  if (!(await pass(world, PATIENCE.weldsMs, () => sessions.arcs >= arcs + 2)))
    return account.wrong("nobody welds again after the last fault");
  welder.stop();
  platform.lock(SETUP.device);
  if (!(await pass(world, PATIENCE.endsMs, () => sessions.running === 0))) return account.wrong("a session does not end");
  await pass(world, LAST_WINDOWS_MS, () => false);
  if (!(await pass(world, PATIENCE.deliveredMs, () => outbox.isDelivered(platform)))) account.wrong("not everything is delivered in time");
  outbox.judge(platform);
  sessions.judge();
}

/** Lets `forMs` go by, or less when it is done by then: true. */
async function pass(world: World, forMs: number, isDone: () => boolean): Promise<boolean> {
  const { clock, account } = world;
  const untilMs = clock.nowMs + forMs;
  let lookMs = clock.nowMs + LOOK_EVERY_MS;
  for (let run = clock.next(untilMs); run; run = clock.next(untilMs)) {
    try {
      run();
    } catch (error) {
      account.wrong(`thrown: ${error instanceof Error ? error.stack : String(error)}`);
    }
    await settled();
    if (account.violations.length > 0) return false;
    if (isDone()) return true;
    if (clock.nowMs < lookMs) continue;
    lookMs = clock.nowMs + LOOK_EVERY_MS;
    look(world);
  }
  return isDone();
}

function look({ clock, account, program, disk, chip }: World): void {
  if (clock.armed > BOUNDS.timers) account.wrong(`${clock.armed} timers are armed`);
  const characters = disk.checkpoints.get(chip.device)?.length ?? 0;
  if (characters > BOUNDS.checkpointCharacters) account.wrong(`a checkpoint of ${characters} characters`);
  const batches = program?.platform.sync?.status().streams.reduce((sum, { inFlightBatches }) => sum + inFlightBatches, 0) ?? 0;
  if (batches > BOUNDS.batchesInFlight) account.wrong(`${batches} batches in flight`);
}

const { setImmediate: turn } = globalThis;

/** Whatever follows at once has followed: all promises that could be kept are kept. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    turn(resolve);
  });
}
