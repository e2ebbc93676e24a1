/** The program as a whole: machines, clock, list and platform, joined. Knows no library; everything outside comes through ports. */
import { setTimeout as delay } from "node:timers/promises";
import { type ClockState, raiseFloor, syncClock, timeAt } from "#agent/core/clock/interval.ts";
import type { ScanVia } from "#agent/core/machine/state.ts";
import type { AgentReport, ScanReply } from "#agent/core/status.ts";
import type { Clock, Journal } from "#agent/ports.ts";
import type { Inbox, InboxPorts } from "#agent/runtime/inbox.ts";
import type { DriverLog, MachineDriver } from "#agent/runtime/machineDriver.ts";
import { liveState, machineReport, type PlatformLink, type ReportedMachine, reply, replyTo } from "#agent/runtime/reporting.ts";
import { type FileStores, SignedFiles } from "#agent/runtime/signedFiles.ts";
import type { TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { State } from "#protocol/events/messages.ts";
import { decodeCredential } from "#protocol/pass/credential.ts";
import type { DownChannel } from "#protocol/topics.ts";

export interface AgentPorts {
  version: string;
  clock: Clock;
  journal: Journal;
  trust: TrustStore;
  stores: FileStores;
  platform: PlatformLink;
  random(): number;
  randomId(): string;
  log: DriverLog;
}

const FLOOR_KEY = "timeFloorMs";
const FLOOR_PERSIST_MS = 60_000;
const STATE_MS = 1_000;
const TIME_REFRESH_MS = 6 * 3_600_000;
/** Sessions are numbered within a boot epoch; epochs never come again. */
const SESSIONS_PER_EPOCH = 2 ** 20;

export class Agent {
  readonly #ports: AgentPorts;
  readonly #machines = new Map<string, ReportedMachine>();
  readonly #files: SignedFiles;
  /** Null until the platform is wanted: an agent without one guards its machines all the same. */
  #inbox: Inbox | null = null;
  #clock: ClockState;
  #sessions = 0;
  #offlineSinceMs: number;
  #timers: NodeJS.Timeout[] = [];

  constructor(ports: AgentPorts, clock: ClockState) {
    this.#ports = ports;
    const monoMs = ports.clock.monoMs();
    this.#offlineSinceMs = monoMs;
    const kept = Number(ports.journal.getValue(FLOOR_KEY) ?? 0);
    this.#clock = raiseFloor(clock, kept, "persisted", monoMs);
    this.#files = new SignedFiles({
      ...ports,
      random: () => ports.random(),
      request: (device, request) => ports.platform.request(device, request),
      note: (device, draft) => this.#machines.get(device)?.driver.note(draft),
      listChanged: () => this.#listChanged(),
      keysChanged: () => this.#askTime(),
    });
    this.#raiseFloorToList();
  }

  get clockState(): ClockState {
    return this.#clock;
  }

  add(driver: MachineDriver, designation: string): void {
    this.#machines.set(driver.device, { driver, designation });
  }

  /** What an inbox works with that is attached to this agent. */
  inboxPorts(): InboxPorts {
    const { trust, log, clock } = this.#ports;
    return {
      trust,
      log,
      now: () => timeAt(this.#clock, clock.monoMs()),
      timeArrived: (utcMs, uncertaintyMs) => {
        this.#clock = syncClock(this.#clock, utcMs, uncertaintyMs, clock.monoMs());
      },
      fileInput: (input) => this.#files.dispatch(input),
      scan: (device, credential) => void this.scan(device, credential, "platform"),
      lock: (device) => this.#machines.get(device)?.driver.dispatch({ type: "lock" }),
    };
  }

  /** Messages from the platform are heard from now on. */
  attach(inbox: Inbox): void {
    this.#inbox = inbox;
  }

  start(): void {
    for (const { driver } of this.#machines.values()) driver.start();
    this.#timers = [
      setInterval(() => this.#publishStates(), STATE_MS),
      setInterval(() => this.#persistFloor(), FLOOR_PERSIST_MS),
      setInterval(() => this.#askTime(), TIME_REFRESH_MS),
    ];
  }

  /** Resolves when every machine has answered, or failed to, for the first time; and in `withinMs` at the latest. */
  async firstAnswers(withinMs: number): Promise<void> {
    const answers = [...this.#machines.values()].map(({ driver }) => driver.firstAnswer);
    await Promise.race([Promise.all(answers), delay(withinMs, undefined, { ref: false })]);
  }

  /** Stops without opening anything: the next process takes the sessions over. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#files.close();
    for (const { driver } of this.#machines.values()) {
      driver.note({ name: "agentStopped", session: null, agoMs: 0, payload: { reason: "asked" } });
      driver.stop();
    }
    this.#persistFloor();
  }

  online(): void {
    const offlineMs = Math.round(this.#ports.clock.monoMs() - this.#offlineSinceMs);
    this.#noteFirst({ name: "platformReached", session: null, agoMs: 0, payload: { offlineMs } });
    this.#askTime();
    this.#files.dispatch({ type: "online" });
  }

  offline(reason: string): void {
    this.#offlineSinceMs = this.#ports.clock.monoMs();
    this.#noteFirst({ name: "platformLost", session: null, agoMs: 0, payload: { reason: reason.slice(0, 256) } });
    this.#files.dispatch({ type: "offline" });
  }

  /** A message from the platform. Whatever is wrong with it is logged with its code, and has no effect. */
  message(device: string, channel: DownChannel, payload: Uint8Array): void {
    this.#inbox?.receive(device, channel, payload);
  }

  refreshFiles(): void {
    this.#files.refreshAll();
  }

  /** Looks at the certificates of those who work here again: they may have expired, or left the list. `remind` also says which soon will. */
  recheckCertificates(remind: boolean): void {
    for (const { driver } of this.#machines.values()) {
      const certificates = this.#files.lookUpAgain(driver.state.recentHandles);
      if (certificates.length > 0) driver.dispatch({ type: "recheck", certificates, remind });
    }
  }

  /** Nightly: makes room, and says what it came to. */
  maintain(): void {
    const { journal, platform } = this.#ports;
    const payload = { freedRows: platform.forgetConfirmed(), journalBytes: journal.sizeBytes() };
    this.#noteFirst({ name: "maintenanceDone", session: null, agoMs: 0, payload });
  }

  /** The live state of a machine, for the `state` topic. */
  stateOf(device: string): State {
    return liveState(this.#machines.get(device), this.#ports);
  }

  /** `device` is a device code of this agent; anything else is somebody else's machine. */
  async scan(device: string, credentialText: string, via: ScanVia): Promise<ScanReply> {
    const machine = this.#machines.get(device);
    if (!machine) return reply(false, "licence.wrongMachine", null);
    const handle = this.#handleOf(credentialText);
    const { list } = this.#files;
    const answer = await machine.driver.scan({
      id: this.#ports.randomId(),
      via,
      handle,
      listVersion: list?.version ?? null,
      entry: handle === null ? null : this.#files.lookUp(handle),
      sessionId: this.#ports.journal.epoch * SESSIONS_PER_EPOCH + ++this.#sessions,
    });
    return replyTo(answer);
  }

  report(): AgentReport {
    const { version, journal, platform } = this.#ports;
    const { list } = this.#files;
    return {
      version,
      epoch: journal.epoch,
      online: platform.online,
      list: list ? { version: list.version, overlayVersion: list.overlayVersion, entries: list.entries } : null,
      time: { ...timeAt(this.#clock, this.#ports.clock.monoMs()), source: this.#clock.synced ? "platform" : this.#clock.floorSource },
      journalBytes: journal.sizeBytes(),
      machines: [...this.#machines.values()].map((machine) => machineReport(machine, this.#ports)),
    };
  }

  #handleOf(credentialText: string): string | null {
    try {
      return decodeCredential(credentialText, this.#ports.trust).handle;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#ports.log.warn({ code: error.code }, "a scan that is no credential");
      return null;
    }
  }

  #listChanged(): void {
    this.#raiseFloorToList();
    this.recheckCertificates(false);
  }

  #raiseFloorToList(): void {
    const { list } = this.#files;
    if (list) this.#clock = raiseFloor(this.#clock, list.issuedMs, "list", this.#ports.clock.monoMs());
  }

  #noteFirst(draft: Parameters<MachineDriver["note"]>[0]): void {
    this.#machines.get(this.#firstDevice())?.driver.note(draft);
  }

  #firstDevice(): string {
    return [...this.#machines.keys()][0] ?? "";
  }

  #askTime(): void {
    const request = this.#inbox?.timeRequest(this.#ports.randomId());
    if (!request) return;
    void this.#ports.platform.request(this.#firstDevice(), request).catch(() => undefined);
  }

  #persistFloor(): void {
    this.#ports.journal.setValue(FLOOR_KEY, String(timeAt(this.#clock, this.#ports.clock.monoMs()).earliestMs));
  }

  #publishStates(): void {
    const { platform } = this.#ports;
    if (!platform.online) return;
    for (const device of this.#machines.keys()) platform.publishState(device, this.stateOf(device));
  }
}
