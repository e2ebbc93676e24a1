import { performance } from "node:perf_hooks";
import type { Adoption, LinkOrder, LinkReading, LinkTotals, MeterSetup } from "#agent/core/link.ts";
import type { Clock, MachineLink, VaultLink } from "#agent/ports.ts";
import { type AdoptedChip, adoptChip, readTotals } from "#agent/shell/serial/chipAdoption.ts";
import type { ChipIo, Page } from "#agent/shell/serial/chipIo.ts";
import { linkTotals, statusOf } from "#agent/shell/serial/chipReading.ts";
import { ChipVault } from "#agent/shell/serial/chipVault.ts";
import { LEASE_MS, LEASE_RESULTS, PAGE_RECORDS_MAX } from "#protocol/chip/arcgateChip.ts";
import { encodeLease, type PageHeader } from "#protocol/chip/link.ts";
import type { Window } from "#protocol/chip/window.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** Catching up ends after so many pages in one exchange; the next goes on. */
const PAGES_MAX = 60;
/** A page more is worth it from so many windows; fewer wait for the next exchange. */
const READ_ON_WINDOWS = 3;
const WORD_MAX = 0xffff;

type PageAnswer = Page & { sentAtMs: number };

/** The driver of our own chip. One per machine. */
export class ChipLink implements MachineLink {
  readonly device: string;
  readonly vault: VaultLink;
  readonly hasDeadMan = true;
  readonly #io: ChipIo;
  readonly #key: Uint8Array;
  readonly #clock: Clock;
  #chip: AdoptedChip | undefined;
  /** The latest that was wanted, whatever its place in the queue. */
  #order: LinkOrder | undefined;
  #readAtMs = 0;
  #busy = false;

  constructor(device: string, io: ChipIo, key: Uint8Array, clock: Clock) {
    this.device = device;
    this.#io = io;
    this.#key = key;
    this.#clock = clock;
    this.vault = new ChipVault(io, () => this.#adopted());
  }

  async adopt(setup: MeterSetup): Promise<Adoption> {
    const chip = await adoptChip(this.#io, this.device, this.#key, setup);
    this.#chip = chip;
    this.#readAtMs = this.#clock.monoMs();
    return chip.adoption;
  }

  async totals(): Promise<LinkTotals> {
    return linkTotals(await readTotals(this.#io, this.#adopted().secret));
  }

  async exchange(order: LinkOrder, priority: "urgent" | "routine"): Promise<LinkReading> {
    const chip = this.#adopted();
    this.#order = order;
    const first = await this.#page(chip, order.readFrom, this.#firstRecords(chip, order, priority), priority);
    const windows = [...first.windows];
    const header = priority === "urgent" ? first.header : await this.#readOn(chip, order.readFrom, first, windows);
    this.#busy = first.windows.length > 1 || windows.length > 2;
    return { status: statusOf(header), windows, roundTripMs: performance.now() - first.sentAtMs };
  }

  #adopted(): AdoptedChip {
    if (!this.#chip) throw new CodedError("link.rebooted", `${this.device} is not adopted yet`);
    return this.#chip;
  }

  /** Room for what has probably gathered; idle windows share a record, and so does a silent machine's probe. */
  #firstRecords(chip: AdoptedChip, order: LinkOrder, priority: "urgent" | "routine"): number {
    if (priority === "urgent" || !this.#busy || this.#io.isSilent) return 1;
    const since = Math.ceil((this.#clock.monoMs() - this.#readAtMs) / chip.windowMs);
    return clampRecords(chip.nextSeq - order.readFrom + since);
  }

  /**
   * Adds page after page to `windows` until the ring is read or the bound reached, and returns the last header. Each
   * page is a request of its own, so others on the bus get their turns between. What fails here is met again by the next exchange.
   */
  async #readOn(chip: AdoptedChip, readFrom: number, first: PageAnswer, windows: Window[]): Promise<PageHeader> {
    let header = first.header;
    let next = nextWanted(readFrom, windows);
    for (let page = 1; page < PAGES_MAX && header.nextSeq - next >= READ_ON_WINDOWS; page++) {
      const answer = await this.#page(chip, next, clampRecords(header.nextSeq - next), "routine").catch((error: unknown) => {
        if (error instanceof CodedError) return undefined;
        throw error;
      });
      if (!answer || answer.windows.length === 0) break;
      windows.push(...answer.windows);
      header = answer.header;
      next = nextWanted(next, windows);
    }
    return header;
  }

  /** One FC23, tried again once when the answer was an older one or the chip has seen a higher counter. */
  async #page(chip: AdoptedChip, readFrom: number, records: number, priority: "urgent" | "routine"): Promise<PageAnswer> {
    let problem: CodedError | undefined;
    for (let attempt = 0; attempt < 2; attempt++) {
      let counter = chip.counter;
      const seal = () => {
        counter = ++chip.counter;
        return this.#lease(chip, counter, readFrom);
      };
      const answer = await this.#io.exchangePage(seal, records, priority);
      const page = await this.#io.openPage(answer.data, chip.windowMs, chip.secret, priority);
      const refusal = judge(page, counter, readFrom);
      if (!refusal) {
        chip.nextSeq = page.header.nextSeq;
        this.#readAtMs = this.#clock.monoMs();
        return { ...page, sentAtMs: answer.sentAtMs };
      }
      chip.counter = Math.max(chip.counter, page.header.leaseCounter);
      problem = new CodedError(refusal.code, `${this.device}: ${refusal.detail}`);
    }
    throw problem ?? new CodedError("link.badAnswer", this.device);
  }

  /** Whatever call this page serves, it carries the latest order: an older one in the queue must not undo it. */
  #lease(chip: AdoptedChip, counter: number, readFrom: number): Uint16Array {
    const order = this.#order;
    if (!order) throw new RangeError("no order yet");
    const { mode, session, lamp, buzzer, confirmedBelow } = order;
    const leaseMs = clamp(order.leaseMs, LEASE_MS);
    const sessionRemainingS = clamp(order.sessionRemainingS, WORD_MAX);
    return encodeLease({ mode, session, lamp, buzzer, confirmedBelow, leaseMs, sessionRemainingS, counter, readFrom }, chip.secret);
  }
}

type Refusal = { code: "link.badAnswer" | "link.badMac" | "link.staleCounter"; detail: string };

/** An authentic page can still be an old one (a late answer, or a replay), or answer another question. */
function judge(page: Page, counter: number, readFrom: number): Refusal | undefined {
  const { leaseResult, leaseCounter, firstSeq } = page.header;
  const result = LEASE_RESULTS[leaseResult];
  if (result === "badMac") return { code: "link.badMac", detail: `order ${counter} was not accepted as ours` };
  if (result === "staleCounter") return { code: "link.staleCounter", detail: `order ${counter} after ${leaseCounter}` };
  if (leaseCounter !== counter) return { code: "link.badAnswer", detail: `answer to order ${leaseCounter}, not ${counter}` };
  if (page.windows.length > 0 && firstSeq < readFrom)
    return { code: "link.badAnswer", detail: `windows from ${firstSeq}, not ${readFrom}` };
  return undefined;
}

function nextWanted(readFrom: number, windows: readonly Window[]): number {
  const last = windows.at(-1);
  return last ? last.seq + last.run : readFrom;
}

function clampRecords(windows: number): number {
  return Math.min(PAGE_RECORDS_MAX, Math.max(1, windows));
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, Math.floor(value)));
}
