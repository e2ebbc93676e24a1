/** The product's own way of a window: bus, link, core, journal. The timer alone is replaced: each answer asks for the next page at once. */

import { startClock } from "#agent/core/clock/interval.ts";
import type { LinkReading } from "#agent/core/link.ts";
import type { EventDraft, MachineSetup } from "#agent/core/machine/state.ts";
import type { Journal, MachineLink, NewEvent } from "#agent/ports.ts";
import { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { openBus } from "#agent/shell/serial/openBus.ts";
import { openJournal } from "#agent/shell/store/journal.ts";
import { categoryMask } from "#protocol/codes/workCategories.ts";
import type { Lane } from "#protocol/events/event.ts";
import { DEVELOPMENT_LINK_KEY } from "#simulator/developmentKeys.ts";

export interface WindowsOrder {
  tty: string;
  device: string;
  /** Of a new journal. */
  path: string;
  /** Where to go from the journal, and when all of it has been taken there; without it the commit is the end. */
  outbox?: (journal: Journal) => Outbox;
}

interface Outbox {
  appended(stream: { device: string; lane: Lane }): void;
  emptied(): Promise<void>;
  close(): Promise<void>;
}

const BAUD = 115_200;
const SESSION_LIMIT_S = 30 * 86_400;
const TURNS_MAX = 20;
const NOW_MS = 1_780_000_000_000;
const NOWHERE: Outbox = { appended: () => undefined, emptied: () => Promise.resolve(), close: () => Promise.resolve() };

/** Windows per second. */
export function ourWindows({ windows, ...order }: WindowsOrder & { windows: number }): Promise<number> {
  return withMachine(order, async (driver, link, emptied) => {
    await begin(driver, link);
    const from = driver.state.durableBelow;
    const startMs = performance.now();
    while (driver.state.durableBelow - from < windows) await tick(driver, link);
    await emptied();
    return ((driver.state.durableBelow - from) * 1000) / (performance.now() - startMs);
  });
}

/** One machine on its bus, with a new journal, for as long as `work` takes. */
export async function withMachine<T>(
  { tty, device, path, outbox: openOutbox = () => NOWHERE }: WindowsOrder,
  work: (driver: MachineDriver, link: Turns, emptied: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const clock = { monoMs: () => performance.now() };
  const journal = openJournal({ path, initialEpoch: 1 });
  const line = { port: tty, baudRate: BAUD, dataBits: 8, parity: "none", stopBits: 1 } as const;
  const bus = openBus({ ...line, machines: [{ device, map: "arcgate-chip", address: 1, linkKey: DEVELOPMENT_LINK_KEY }] }, clock);
  const outbox = openOutbox(journal);
  try {
    const [link] = bus.machines;
    if (!link) throw new Error("a bus without a machine");
    const paced = new Turns(link);
    const time = startClock(NOW_MS, clock.monoMs());
    const silent = { info: () => undefined, warn: (fields: object, text: string) => console.error(text, fields) };
    const ports = {
      setup: setupOf(device),
      link: paced,
      journal,
      clock,
      time: () => time,
      log: silent,
      after: () => () => undefined,
      companions: () => [],
      committed: (device: string, events: readonly NewEvent[]) => {
        for (const lane of new Set(events.map((event) => event.lane))) outbox.appended({ device, lane });
      },
      stepped: () => undefined,
      seal: (_device: string, draft: EventDraft) => draft,
    };
    return await work(new MachineDriver(ports, "bench"), paced, () => outbox.emptied());
  } finally {
    await bus.close();
    await outbox.close();
    journal.close();
  }
}

export function setupOf(device: string): MachineSetup {
  return {
    device,
    policy: {
      v: 1,
      ...{ device, version: 0, issuedMs: 0, machineClass: "enforced", category: null, expiryRule: "earliest", warnDaysBeforeExpiry: 30 },
      permits: { required: false, guardiansScan: false, list: [] },
      specialPeriods: [],
      binding: { to: "anyone" },
      checkList: null,
      ...{ sessionMaximumS: SESSION_LIMIT_S, idleRelockS: 600 },
      offline: { listAgeMaximumH: null, credentialNewerThanList: "allowOnce" },
      place: null,
    },
    processCategory: "2.1",
    keepsVault: false,
    meter: { arcMinAmps: 15, alternating: false, ratedAmps: 400, ratedDutyCycle: 0.6 },
  };
}

/** The welder whom every bench lets in. */
export function certifiedScan(): Parameters<MachineDriver["scan"]>[0] {
  const handle = "ab".repeat(16);
  const day = Math.floor(NOW_MS / 86_400_000);
  const certificate = { categories: categoryMask(["2.1"]), notBeforeDay: day - 100, expiryDay: day + 1_000, reviewDay: day + 1_000 };
  const said = { maxSessionS: SESSION_LIMIT_S, checklistVersion: 0, place: null };
  const pass = { handle, credential: { ...certificate, issuedMs: 0 }, way: "page", purpose: "start", ...said } as const;
  const list = { listVersion: 1, overlayVersion: 0, listIssuedMs: NOW_MS - 86_400_000, entry: { ...certificate, suspended: false } };
  return { id: "bench", pass, refusal: null, grant: null, ...list, sessionId: 1_048_577 };
}

async function begin(driver: MachineDriver, link: Turns): Promise<void> {
  await reach("locked", driver, link);
  const { decision } = await driver.scan(certifiedScan());
  if (!decision.allow) throw new Error(`the bench's welder was refused: ${decision.code}`);
  await reach("energised", driver, link);
}

async function reach(wanted: "locked" | "energised", driver: MachineDriver, link: Turns): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX && driver.state.interlock.at !== wanted; turn++) await tick(driver, link);
  if (driver.state.interlock.at !== wanted) throw new Error(`the machine is ${driver.state.interlock.at}, not ${wanted}`);
}

export async function tick(driver: MachineDriver, link: Turns): Promise<void> {
  const settled = link.nextSettled();
  driver.dispatch({ type: "tick" });
  await settled;
}

/** A link that tells when an answer has been dealt with. */
class Turns implements MachineLink {
  readonly vault = null;
  readonly hasDeadMan = true;
  readonly device: string;
  readonly #link: MachineLink;
  #settled: () => void = () => undefined;

  constructor(link: MachineLink) {
    this.device = link.device;
    this.#link = link;
  }

  nextSettled(): Promise<void> {
    return new Promise((resolve) => {
      this.#settled = resolve;
    });
  }

  adopt(setup: Parameters<MachineLink["adopt"]>[0]): ReturnType<MachineLink["adopt"]> {
    return this.#link.adopt(setup).finally(() => setImmediate(() => this.#settled()));
  }

  exchange(...order: Parameters<MachineLink["exchange"]>): Promise<LinkReading> {
    return this.#link.exchange(...order).finally(() => setImmediate(() => this.#settled()));
  }

  totals(): ReturnType<MachineLink["totals"]> {
    return this.#link.totals();
  }
}
