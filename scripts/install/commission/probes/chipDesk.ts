/** The chip of one machine, spoken to directly while no agent runs. It only ever rents the contactor: whatever ends this program, the lease runs out. */
import type { ChipIo, Identity } from "#agent/shell/serial/chipIo.ts";
import { statusOf } from "#agent/shell/serial/chipReading.ts";
import { type LeaseMode, PAGE, PAGE_RECORDS_MAX, STATUS } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { decodePage, encodeLease, isAuthentic, type PageHeader, seal } from "#protocol/chip/link.ts";
import { CALIBRATION } from "#protocol/chip/service.ts";
import { VAULT } from "#protocol/chip/vault.ts";
import type { Window } from "#protocol/chip/window.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Sight } from "#scripts/install/commission/core/readings.ts";

/** Of the driver's requests, those that commissioning makes. */
export type ChipWire = Pick<ChipIo, "readIdentity" | "read" | "exchangePage" | "write">;

const SESSION_LIMIT_S = 600;
/** So long the machine stays live when this program dies. */
const LEASE_MS = 3_000;
/** Noise and a late answer are met again, after a silence as long as the driver's own; more than that is the link item's to name. */
const PAUSES_MS = [0, 50, 950];
/** What came and went while the desk was busy elsewhere is of no use to any item. */
const LATEST_WINDOWS = 1;

interface Seen {
  sight: Sight;
  windows: Window[];
}

export interface DeskOptions {
  device: string;
  key: Uint8Array;
  /** Sessions are numbered from here, where no agent's session may be. */
  firstSession: number;
  pause(ms: number): Promise<unknown>;
}

export class ChipDesk {
  readonly #pause: DeskOptions["pause"];
  readonly #wire: ChipWire;
  readonly #device: string;
  readonly #key: Uint8Array;
  #identity: Identity | undefined;
  #counter = 0;
  #readFrom = 0;
  #session: number;

  constructor(wire: ChipWire, { device, key, firstSession, pause }: DeskOptions) {
    this.#pause = pause;
    this.#wire = wire;
    this.#device = device;
    this.#key = key;
    this.#session = firstSession;
  }

  get identity(): Identity {
    if (!this.#identity) throw new CodedError("link.rebooted", `${this.#device} was not met yet`);
    return this.#identity;
  }

  /** Meets the chip, after each of its boots anew. Throws `link.foreignDevice`, `link.badMac` and the driver's errors. */
  async meet(): Promise<Identity> {
    const identity = await this.#insistently(() => this.#wire.readIdentity("urgent"));
    if (identity.deviceCode !== this.#device) {
      throw new CodedError("link.foreignDevice", `the chip belongs to ${identity.deviceCode || "nobody"}, not ${this.#device}`);
    }
    this.#identity = identity;
    const header = this.#opened(await this.#insistently(() => this.#wire.read(PAGE, "urgent"))).header;
    this.#counter = header.leaseCounter;
    this.#readFrom = Math.max(0, header.nextSeq - LATEST_WINDOWS);
    return identity;
  }

  /** Reads without writing: no lease is renewed by it. */
  look(): Promise<Sight> {
    return this.#insistently(() => this.lookOnce());
  }

  /** One request, whatever becomes of it. */
  async lookOnce(): Promise<Sight> {
    return sightOf(this.#opened(await this.#wire.read(PAGE, "urgent")).header);
  }

  async isLocked(): Promise<boolean> {
    const words = await this.#insistently(() => this.#wire.read(VAULT, "urgent"));
    if (!isAuthentic(VAULT, words, this.#secret)) throw new CodedError("link.badMac", this.#device);
    return decodeBlock(VAULT, words).calibrationLocked === 1;
  }

  /** Writes the calibration once more, as it is, for the last time. */
  async lock(): Promise<void> {
    const calibration = decodeBlock(CALIBRATION, await this.#insistently(() => this.#wire.read(CALIBRATION, "urgent")));
    await this.#insistently(() =>
      this.#wire.write(CALIBRATION, () => {
        this.#counter += 1;
        return seal(CALIBRATION, { ...calibration, counter: this.#counter, lock: 1 }, this.#secret);
      }),
    );
  }

  /** The next order to close is for a session of its own. */
  newSession(): void {
    this.#session += 1;
  }

  /** One exchange: orders, and reads the windows since the last one. Windows are never confirmed: they are the agent's. */
  async order(mode: Extract<LeaseMode, "open" | "closed">, leaseMs = LEASE_MS): Promise<Seen> {
    const readFrom = this.#readFrom;
    const lease = () => this.#lease(mode, leaseMs, readFrom);
    const answer = await this.#insistently(() => this.#wire.exchangePage(lease, PAGE_RECORDS_MAX, "urgent"));
    const { header, windows } = this.#opened(answer.data);
    const last = windows.at(-1);
    this.#readFrom = last ? last.seq + last.run : Math.max(readFrom, header.firstSeq);
    return { sight: sightOf(header), windows };
  }

  async #insistently<T>(ask: () => Promise<T>): Promise<T> {
    for (const pauseMs of PAUSES_MS) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof CodedError) || (error.code !== "link.timeout" && error.code !== "link.badAnswer")) throw error;
        await this.#pause(pauseMs);
      }
    }
    return await ask();
  }

  #lease(mode: LeaseMode, leaseMs: number, readFrom: number): Uint16Array {
    this.#counter += 1;
    const limits = { leaseMs, sessionRemainingS: SESSION_LIMIT_S };
    const order = { mode, session: this.#session, ...limits, lamp: "yellow", buzzer: "off", readFrom, confirmedBelow: 0 } as const;
    return encodeLease({ ...order, counter: this.#counter }, this.#secret);
  }

  get #secret() {
    return { key: this.#key, bootNonce: this.identity.bootNonce };
  }

  #opened(words: readonly number[]): { header: PageHeader; windows: Window[] } {
    const page = decodePage(words, this.identity.windowMs, this.#secret);
    if (!page) throw new CodedError("link.badMac", this.#device);
    return page;
  }
}

function sightOf(header: PageHeader): Sight {
  return { ...statusOf(header), startButton: (header.status & STATUS.startButton) !== 0 };
}
