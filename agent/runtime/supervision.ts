/** Tells the supervisor that the agent is ready, that it lives, and that it ends. Not told in time, the supervisor starts another. */
import type { MachineState } from "#agent/core/machine/state.ts";
import { isAlive, statusLine } from "#agent/core/supervision.ts";
import type { After, Clock, Supervisor } from "#agent/ports.ts";
import { every } from "#agent/runtime/timers.ts";

interface SupervisedMachine {
  readonly device: string;
  readonly state: MachineState;
  /** When an asking of it came to its end last. */
  readonly settledMs: number;
}

interface SupervisionPorts {
  supervisor: Supervisor;
  clock: Clock;
  after: After;
  buses: readonly { readonly machines: readonly { readonly device: string }[] }[];
  agent: { readonly drivers: readonly SupervisedMachine[] };
  platform: { readonly online: boolean };
}

/** So many words within the supervisor's patience: one that is late is not the last chance. */
const WORDS_IN_PATIENCE = 5;
/** Of a supervisor that does not watch. */
const STATUS_EVERY_MS = 10_000;

export class Supervision {
  readonly #ports: SupervisionPorts;
  readonly #cancel: () => void;
  #status = "";

  /** Says that the agent is ready. */
  constructor(ports: SupervisionPorts) {
    this.#ports = ports;
    const { supervisor, after } = ports;
    supervisor.tell(["READY=1", ...this.#news()]);
    const patienceMs = supervisor.patienceMs ?? WORDS_IN_PATIENCE * STATUS_EVERY_MS;
    this.#cancel = every(after, patienceMs / WORDS_IN_PATIENCE, () => this.#tell());
  }

  close(): void {
    this.#cancel();
    this.#ports.supervisor.tell(["STOPPING=1"]);
  }

  #tell(): void {
    const { supervisor, clock } = this.#ports;
    const watched = supervisor.patienceMs !== null && isAlive(this.#settledMs(), clock.monoMs()) ? ["WATCHDOG=1"] : [];
    const words = [...watched, ...this.#news()];
    if (words.length > 0) supervisor.tell(words);
  }

  #settledMs(): number[] {
    const { buses, agent } = this.#ports;
    return buses.map(({ machines }) => {
      const devices = new Set(machines.map(({ device }) => device));
      return Math.max(...agent.drivers.filter(({ device }) => devices.has(device)).map(({ settledMs }) => settledMs));
    });
  }

  #news(): string[] {
    const { agent, platform } = this.#ports;
    const states = agent.drivers.map(({ state }) => state.interlock.at);
    const status = statusLine(states, platform.online);
    if (status === this.#status) return [];
    this.#status = status;
    return [`STATUS=${status}`];
  }
}
