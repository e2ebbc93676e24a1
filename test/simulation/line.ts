/** The serial line between an agent and its model chip: one request at a time, which takes its time, and may be lost on either way. */
import type { Adoption, LinkOrder, LinkReading, LinkTotals, LinkVault } from "#agent/core/link.ts";
import type { MachineLink, VaultLink } from "#agent/ports.ts";
import { SilenceTable } from "#agent/shell/serial/silence.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { ModelChip } from "#test/simulation/chip.ts";
import type { Process } from "#test/simulation/process.ts";
import type { VirtualClock } from "#test/simulation/virtualClock.ts";

/** What is wrong with the line. All are probabilities. */
export interface LineState {
  /** The request never arrives; the answer never comes back; the answer is garbled. */
  lostRequest: number;
  lostAnswer: number;
  garbled: number;
}

export const GOOD_LINE: LineState = { lostRequest: 0, lostAnswer: 0, garbled: 0 };

const LINE_MS = 12;
const TIMEOUT_MS = 60;
const ADOPTION_EXCHANGES = 4;
const UNIT = 1;
const WINDOWS_A_PAGE = 12;
const PAGES_MAX = 60;

/** One line for as long as the world stands; an agent that starts has a `LineLink` on it. */
export interface Line {
  clock: VirtualClock;
  chip: ModelChip;
  random(): number;
  state: LineState;
  /** The wire is taken until then. */
  busyUntilMs: number;
}

export class LineLink implements MachineLink {
  readonly device: string;
  readonly hasDeadMan = true;
  readonly vault: VaultLink;
  readonly #line: Line;
  readonly #process: Process;
  readonly #silence = new SilenceTable();
  #bootId: string | null = null;

  constructor(line: Line, process: Process) {
    this.#line = line;
    this.#process = process;
    this.device = line.chip.device;
    const { chip, clock } = line;
    this.vault = {
      read: () => this.#known("low", () => chip.vault(clock.nowMs)),
      raise: (floors, head) =>
        this.#known("low", () => {
          chip.raise(clock.nowMs, floors, head);
          return chip.vault(clock.nowMs);
        }),
      carry: (envelope) =>
        this.#known("low", (): LinkVault => {
          if (!chip.carry(clock.nowMs, envelope)) throw new CodedError("link.badEnvelope");
          return chip.vault(clock.nowMs);
        }),
    };
  }

  async adopt(): Promise<Adoption> {
    const { chip, clock } = this.#line;
    const adoption = await this.#request("routine", ADOPTION_EXCHANGES, () => chip.adoption(clock.nowMs));
    this.#bootId = adoption.bootId;
    return adoption;
  }

  exchange(order: LinkOrder, priority: "urgent" | "routine"): Promise<LinkReading> {
    const { chip, clock } = this.#line;
    const most = priority === "urgent" ? 1 : WINDOWS_A_PAGE * PAGES_MAX;
    return this.#process.effect("exchange", () => this.#known(priority, () => chip.exchange(clock.nowMs, order, most)));
  }

  async totals(): Promise<LinkTotals> {
    return this.#known("low", () => this.#line.chip.totals);
  }

  /** A chip that has booted since it was met does not know our key's nonce. */
  #known<T>(rank: "urgent" | "routine" | "low", serve: () => T): Promise<T> {
    return this.#request(rank, 1, () => {
      if (this.#bootId !== this.#line.chip.bootId) throw new CodedError("link.rebooted", this.device);
      return serve();
    });
  }

  /** What is on the wire arrives, whatever becomes of the process that sent it. */
  #request<T>(rank: "urgent" | "routine" | "low", exchanges: number, serve: () => T): Promise<T> {
    const { clock, chip } = this.#line;
    const waitMs = this.#silence.waitMs(UNIT, rank, clock.nowMs);
    if (waitMs > 0) return Promise.reject(new CodedError("link.timeout", `silent, asked again in ${waitMs} ms`));
    const startMs = Math.max(clock.nowMs, this.#line.busyUntilMs);
    const arrivesMs = startMs + LINE_MS * exchanges;
    this.#line.busyUntilMs = arrivesMs + LINE_MS;
    return new Promise((resolve, reject) => {
      const fail = (code: ErrorCode, isMiss: boolean): void => {
        clock.after(isMiss ? TIMEOUT_MS : LINE_MS, () => {
          if (isMiss) this.#silence.missed(UNIT, clock.nowMs);
          else this.#silence.answered(UNIT);
          if (this.#process.isAlive) reject(new CodedError(code));
        });
      };
      clock.at(arrivesMs, () => {
        const { lostRequest, lostAnswer, garbled } = this.#line.state;
        if (!chip.isPowered || this.#draws(lostRequest)) return fail("link.timeout", true);
        let answer: T;
        try {
          answer = serve();
        } catch (error) {
          if (error instanceof CodedError) return fail(error.code, false);
          throw error;
        }
        if (this.#draws(lostAnswer)) return fail("link.timeout", true);
        if (this.#draws(garbled)) return fail("link.badAnswer", true);
        clock.after(LINE_MS, () => {
          this.#silence.answered(UNIT);
          if (this.#process.isAlive) resolve(answer);
        });
      });
    });
  }

  #draws(share: number): boolean {
    return share > 0 && this.#line.random() < share;
  }
}
