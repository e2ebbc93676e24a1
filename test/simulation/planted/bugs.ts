/** One small change each, in what joins journal, wire and platform. */
import type { Bug } from "#test/chaos/planted/bugs.ts";

/** `caughtBy`: a seed that is known to find it, for those who have no time for others. */
export interface SeededBug extends Bug {
  caughtBy: number;
}

const COMMIT =
  "journal.commit({ events: parts.flatMap(({ events }) => events), checkpoints: parts.flatMap(({ checkpoints }) => checkpoints) });";

export const BUGS: readonly SeededBug[] = [
  bug(
    5,
    "effects do not wait for the commit",
    "runtime/machineDriver",
    "if (outcome.failure === null) return true;",
    "if (outcome.failure === null || outcome.failure) return true;",
  ),
  bug(
    22,
    "events and their checkpoint are two transactions",
    "runtime/commitGroup",
    COMMIT,
    `journal.commit({ events: parts.flatMap(({ events }) => events), checkpoints: [] });
    journal.commit({ events: [], checkpoints: parts.flatMap(({ checkpoints }) => checkpoints) });`,
  ),
  bug(
    1,
    "windows are confirmed before they are committed",
    "runtime/machineDriver",
    "confirmedBelow: this.#state.durableBelow",
    "confirmedBelow: this.#state.nextSeq",
  ),
  bug(
    3,
    "a restart meters old windows again",
    "core/machine/step",
    "durableBelow: checkpoint.nextSeq,",
    "durableBelow: 0, nextSeq: 0, meter: initialMeter(),",
  ),
  bug(1, "session numbers begin anew with each process", "runtime/scans", "this.#ports.epoch * SESSIONS_PER_EPOCH", "SESSIONS_PER_EPOCH"),
  bug(20, "an outage closes the contactor again at once", "core/interlock/order", 'outage: "stayClosed",', 'outage: "closed",'),
  bug(1, "a session that ends is renewed like any other", "core/interlock/order", 'ending: "closedUntilArcOff",', 'ending: "stayClosed",'),
  bug(
    1,
    "what the broker has taken counts as delivered",
    "runtime/syncDriver",
    'this.#link.publish(upTopic(stream.device, "events"), batch.payload, 1).catch(',
    `this.#link.publish(upTopic(stream.device, "events"), batch.payload, 1).then(() => this.#take({ type: "ack", lane, upTo: batch.upTo, refused: [], nowMs })).catch(`,
  ),
  bug(
    1,
    "the cursor moves when a batch goes out",
    "runtime/syncDriver",
    "if (!batch) return;",
    "if (!batch) return;\n      this.#options.journal.acknowledge(stream, batch.upTo, []);",
  ),
  bug(
    9,
    "nothing is ever sent again",
    "core/sync/syncPlan",
    "return resendDue(woken, nowMs) ? resent(woken, nowMs, limits) : woken;",
    "return woken;",
  ),
  bug(
    55,
    "what is acknowledged is deleted, whatever the watermark says",
    "runtime/watermarks",
    "this.#journal.forget(stream, upTo, this.#retainFromMs())",
    "this.#journal.forget(stream, Number.MAX_SAFE_INTEGER, this.#retainFromMs())",
  ),
  bug(
    4,
    "telemetry goes before the legal lane",
    "core/sync/sendChoice",
    'const legal = leastBurdened(state, "legal", limits);',
    'const legal = leastBurdened(state, "telemetry", limits) ?? leastBurdened(state, "legal", limits);',
  ),
  bug(
    2,
    "a platform that was put back is not heard",
    "core/sync/syncPlan",
    "idleAck, steppedBackAtMs };",
    "steppedBackAtMs, idleAck: null };",
  ),
  bug(
    25,
    "an outage of unknown length is put on record as such",
    "core/interlock/underLease",
    "Number.isFinite(openForMs) ?",
    "openForMs >= 0 ?",
  ),
];

function bug(caughtBy: number, name: string, file: string, from: string, to: string): SeededBug {
  return { caughtBy, name, file: `agent/${file}.ts`, from, to };
}
