/** Machines with everything behind a scan but wire and network: real desks, drivers and journal, on a clock that the test moves. */
import { type ClockState, startClock, timeAt } from "#agent/core/clock/interval.ts";
import type { CertificateFacts } from "#agent/core/licensing/facts.ts";
import type { AgentReport, ScanReply } from "#agent/core/status.ts";
import type { Journal } from "#agent/ports.ts";
import { LatePlatform } from "#agent/runtime/latePlatform.ts";
import { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { machineReport, type ScannerHealth } from "#agent/runtime/reporting.ts";
import { Scans } from "#agent/runtime/scans.ts";
import type { TrustStore } from "#protocol/crypto.ts";
import { eventName } from "#protocol/events/dictionary.ts";
import { type Challenge, decodeChallenge } from "#protocol/pass/challenge.ts";
import { encodeGrant, type Grant } from "#protocol/pass/grant.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { coseSigner, seededRandom, testTrust } from "#test/list/fixtures.ts";
import { ENTRY, HANDLE, LIST_ISSUED_MS, SETUP, START_UTC_MS } from "#test/machine/fixtures.ts";
import { WISHES } from "#test/pass/passes.ts";
import { FarLink } from "#test/runtime/farLink.ts";
import { UNJOINED } from "#test/runtime/unjoined.ts";

export const MACHINE = SETUP.device;
export const OTHER_MACHINE = "370983ZARCG000000021";

/** Whom it believes, what the list says, and what the machines are called and their scanners say; default: the tests' own keys and one certified welder. */
interface GateWorld {
  trust: TrustStore;
  designation: string;
  scanner: ScannerHealth;
  lookUp(handle: string): CertificateFacts | null | undefined;
}

export class Gate {
  nowMs = 0;
  time: ClockState = startClock(START_UTC_MS, 0);
  scans: Scans;
  readonly #world: GateWorld;
  readonly #random: () => number;
  readonly #store = sqliteStore();
  readonly #links = new Map([MACHINE, OTHER_MACHINE].map((device) => [device, new FarLink()]));
  #journal: Journal;
  #drivers: MachineDriver[] = [];

  constructor(seed: number, world: Partial<GateWorld>) {
    const lookUp = (handle: string) => (handle === HANDLE ? ENTRY : null);
    this.#world = { trust: testTrust(), designation: "ZX7-400", scanner: { code: null }, lookUp, ...world };
    this.#random = seededRandom(seed);
    this.#journal = this.#store.open({ initialEpoch: 100 });
    this.scans = this.#boot();
  }

  /** The agent ends, and another one goes on with its journal. */
  async restart(): Promise<void> {
    this.#journal.close();
    this.#journal = this.#store.open({ initialEpoch: 100 });
    this.scans = this.#boot();
    await this.tick(3);
  }

  close(): void {
    this.#journal.close();
    this.#store.destroy();
  }

  /** One tick of every machine, and all that follows from it, without time passing but for the tick's own second. */
  async tick(count = 1): Promise<void> {
    for (let done = 0; done < count; done++) {
      this.nowMs += 1_000;
      for (const driver of this.#drivers) driver.dispatch({ type: "tick" });
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    }
  }

  challenge(device = MACHINE): Challenge {
    const shown = this.scans.challenge(device);
    if (!shown) throw new RangeError(device);
    return decodeChallenge(shown.challenge);
  }

  grant(device: string, text: string): Promise<ScanReply> {
    return this.scans.grant(device, text);
  }

  report(): AgentReport {
    const journal = this.#journal;
    const ports = { journal, platform: new LatePlatform(journal), receipts: { inspection: () => null, decision: () => null } };
    const machines = this.#drivers.map((driver) => machineReport({ driver, ...this.#world, vault: null }, ports));
    const time = { ...timeAt(this.time, this.nowMs), source: this.time.floorSource };
    return { version: "1.2.3", epoch: journal.epoch, online: false, offlineReason: "", list: null, time, journalBytes: 0, machines };
  }

  stateOf(device = MACHINE): string | undefined {
    return this.#drivers.find((driver) => driver.device === device)?.state.interlock.at;
  }

  pressStart(device = MACHINE): void {
    const far = this.#links.get(device)?.far;
    if (far) far.status = { ...far.status, startPresses: far.status.startPresses + 1 };
  }

  legal(device = MACHINE): { name: string | undefined; payload: Record<string, unknown> }[] {
    const { rows } = this.#journal.read({ device, lane: "legal" }, 0, 100_000);
    return rows.map(({ kind, payloadText }) => ({ name: eventName(kind), payload: JSON.parse(payloadText ?? "null") }));
  }

  #boot(): Scans {
    const clock = { monoMs: () => this.nowMs };
    const log = { info: () => undefined, warn: () => undefined };
    const hex = (bytes: number) =>
      Array.from({ length: bytes }, () =>
        Math.floor(this.#random() * 256)
          .toString(16)
          .padStart(2, "0"),
      ).join("");
    const { trust, lookUp } = this.#world;
    const scans = new Scans({
      ...{ clock, log, trust, epoch: this.#journal.epoch },
      randomNonce: () => hex(16),
      randomId: () => hex(8),
      time: { now: () => timeAt(this.time, this.nowMs) },
      files: { list: { version: 5, overlayVersion: 3, issuedMs: LIST_ISSUED_MS }, lookUp },
    });
    this.#drivers = [...this.#links].map(([device, link]) => {
      const ports = { link, journal: this.#journal, clock, time: () => this.time, log, ...UNJOINED };
      return new MachineDriver({ ...ports, setup: { ...SETUP, device } }, "1.2.3");
    });
    for (const driver of this.#drivers) scans.add(driver);
    return scans;
  }
}

export async function openGate(seed = 1, world: Partial<GateWorld> = {}): Promise<Gate> {
  const gate = new Gate(seed, world);
  await gate.tick(3);
  return gate;
}

/** A grant for the certified welder at the gate's machine, good for the first minute of its clock. */
export function grantText(wanted: Partial<Grant> = {}): string {
  const nowS = START_UTC_MS / 1000;
  const ids = { id: "0102030405060708", nonce: "1112131415161718", handle: HANDLE, device: MACHINE };
  return encodeGrant(
    { ...ids, categories: 1, counter: 1, notBeforeS: nowS, expiryS: nowS + 60, wishes: WISHES, ...wanted },
    coseSigner("ed25519"),
  );
}
