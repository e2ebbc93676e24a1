/** One machine with all that it is joined to, and the processes of the agent that come and go in it. */
import type { Agent } from "#agent/runtime/agent.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Command } from "#protocol/events/messages.ts";
import { downTopic } from "#protocol/topics.ts";
import { SETUP, START_UTC_MS } from "#test/machine/fixtures.ts";
import { Account } from "#test/simulation/account.ts";
import { ModelBroker } from "#test/simulation/broker.ts";
import { ModelChip } from "#test/simulation/chip.ts";
import { ModelDisk } from "#test/simulation/disk.ts";
import type { Plan } from "#test/simulation/faults.ts";
import { GOOD_LINE, type Line } from "#test/simulation/line.ts";
import { Outbox } from "#test/simulation/outbox.ts";
import { ModelPlatform } from "#test/simulation/platform.ts";
import { type Axe, Process } from "#test/simulation/process.ts";
import { Program, type Surroundings } from "#test/simulation/program.ts";
import { Sessions } from "#test/simulation/sessions.ts";
import { VirtualClock } from "#test/simulation/virtualClock.ts";
import { Welder } from "#test/simulation/welder.ts";
import { seeded } from "#test/sync/seed.ts";

const { device } = SETUP;
/** From the start of a process to its first order. */
const LOADING_MS = 400;
/** A supervisor's pause before it starts again what did not start, or ended by itself. */
const AGAIN_MS = 1_500;
const COMMAND_FRESH_MS = 50_000;

export class World {
  readonly clock = new VirtualClock();
  readonly account = new Account(this.clock);
  readonly sessions: Sessions;
  readonly outbox: Outbox;
  readonly disk: ModelDisk;
  readonly chip: ModelChip;
  readonly line: Line;
  readonly broker: ModelBroker;
  readonly platform: ModelPlatform;
  readonly welder: Welder;
  program: Program | null = null;
  /** The system clock is so far from the truth. */
  wallOffsetMs = 0;
  /** How long the next process is awaited after a kill. */
  #downMs = AGAIN_MS;
  #axe: Axe | null = null;
  readonly #commands = new Set<string>();
  readonly #surroundings: Surroundings;

  constructor(seed: number, plan: Plan) {
    const { clock, account } = this;
    const random = (of: number): (() => number) => seeded(Math.imul(seed, 31) + of);
    this.sessions = new Sessions(clock, account, plan);
    this.outbox = new Outbox(clock, account, (row) => this.sessions.stored(row));
    this.disk = new ModelDisk(this.outbox);
    this.chip = new ModelChip(device, this.sessions);
    this.line = { clock, chip: this.chip, random: random(1), state: GOOD_LINE, busyUntilMs: 0 };
    this.broker = new ModelBroker(clock, random(2));
    this.platform = new ModelPlatform(clock, START_UTC_MS, (topic, payload) => this.broker.down(topic, payload), {
      received: ({ lane, events }) => account.note(`platform gets ${events.length} of ${lane} from ${events[0]?.event.seq}`),
      acknowledged: (stream) => this.outbox.told(stream),
      wrong: (what) => account.wrong(`platform: ${what}`),
    });
    this.broker.platform = this.platform;
    this.broker.heard = (topic, payload) => this.#heard(topic, payload);
    const { idleRelockS, sessionMaximumS, retentionMs } = plan;
    const setup = { ...SETUP, policy: { ...SETUP.policy, idleRelockS, sessionMaximumS } };
    this.#surroundings = {
      ...{ disk: this.disk, line: this.line, broker: this.broker, setup, random: random(3), buildMs: START_UTC_MS, retentionMs },
      ...{ reads: this.outbox, note: (what) => account.note(what), wrong: (what) => account.wrong(what) },
    };
    this.welder = new Welder({
      ...{ clock, account, chip: this.chip, random: random(4), agent: () => this.agent },
      shown: (handle) => this.sessions.shown(handle),
    });
    account.broke("process");
    clock.after(LOADING_MS, () => this.#begin());
  }

  get agent(): Agent | null {
    return this.program?.process.isAlive ? this.program.agent : null;
  }

  /** The agent ends when the axe falls; another begins `downMs` later. */
  axe(axe: Axe | null, downMs: number): void {
    this.#downMs = downMs;
    const process = this.program?.process;
    if (!axe) process?.kill();
    else if (process?.isAlive) process.axe = axe;
    else this.#axe = axe;
  }

  /** No axe hangs over anybody any more. */
  disarm(): void {
    this.#axe = null;
    if (this.program) this.program.process.axe = null;
  }

  #begin(): void {
    const process = new Process(this.clock, () => this.#died());
    process.axe = this.#axe;
    this.#axe = null;
    this.outbox.restarted();
    try {
      const program = new Program(this.#surroundings, process);
      this.program = program;
      if (!process.isAlive) return;
      this.account.mended("process");
      this.account.note(`process ${program.journal.epoch} begins`);
      void program.run();
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.account.note(`process does not begin: ${error.code}`);
      process.isAlive = false;
      this.clock.after(AGAIN_MS, () => this.#begin());
    }
  }

  #died(): void {
    const { clock, account, program } = this;
    account.note("process dies");
    if (program?.process.isAlive === false) account.broke("process");
    this.sessions.processDied();
    this.broker.cut("the agent is gone");
    clock.after(Math.max(this.#downMs, LOADING_MS), () => this.#begin());
    this.#downMs = AGAIN_MS;
  }

  /** A command that is a minute old by the agent's clock, which is a few seconds off at most, is not obeyed. */
  #mayBeStale(message: string): boolean {
    const { issuedMs } = (JSON.parse(message) as Command).command;
    return START_UTC_MS + this.clock.nowMs - issuedMs > COMMAND_FRESH_MS;
  }

  #heard(topic: string, payload: Uint8Array): void {
    if (topic !== downTopic(device, "command")) return;
    this.chip.runTo(this.clock.nowMs);
    const message = Buffer.from(payload).toString();
    // Who died of it may have written it down, or not; and what comes twice is obeyed once.
    const isObeyed = this.agent !== null && !this.#commands.has(message) && !this.#mayBeStale(message);
    this.sessions.lockHeard(isObeyed ? this.chip.closedFor : null);
    this.#commands.add(message);
  }
}
