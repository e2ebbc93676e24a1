/** The agent as `compose.ts` joins it, on model shells: runtime, core and protocol are the real ones. */
import type { MachineSetup } from "#agent/core/machine/state.ts";
import type { Journal, UplinkListener } from "#agent/ports.ts";
import { Agent } from "#agent/runtime/agent.ts";
import { addMachine } from "#agent/runtime/assembly.ts";
import { CommitGroup } from "#agent/runtime/commitGroup.ts";
import { Inbox } from "#agent/runtime/inbox.ts";
import { LatePlatform } from "#agent/runtime/latePlatform.ts";
import { Receipts } from "#agent/runtime/receipts.ts";
import type { FileStores } from "#agent/runtime/signedFiles.ts";
import { createSyncDriver } from "#agent/runtime/syncDriver.ts";
import { Timekeeper } from "#agent/runtime/timekeeper.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { verifyWatermark } from "#protocol/trust/wireMessages.ts";
import type { ModelBroker } from "#test/simulation/broker.ts";
import type { ModelDisk } from "#test/simulation/disk.ts";
import { GuardedJournal, type ReadWatch } from "#test/simulation/guardedJournal.ts";
import { deviceSigner, list, trust } from "#test/simulation/keys.ts";
import { type Line, LineLink } from "#test/simulation/line.ts";
import { openModelJournal } from "#test/simulation/modelJournal.ts";
import type { Process } from "#test/simulation/process.ts";

/** Where a process finds itself. */
export interface Surroundings {
  disk: ModelDisk;
  line: Line;
  broker: ModelBroker;
  setup: Omit<MachineSetup, "keepsVault">;
  random(): number;
  /** UTC of the build. */
  buildMs: number;
  retentionMs: number;
  reads: ReadWatch;
  note(what: string): void;
  /** Something was logged that nobody should have to read. */
  wrong(what: string): void;
}

const FIRST_LEASES_MS = 1_000;
const RETRY_MAX_MS = 20_000;
const INITIAL_EPOCH = 1_000;
/** Small enough that a run can fill it. */
const JOURNAL_MAX_BYTES = 4 * 2 ** 20;

export class Program {
  readonly process: Process;
  readonly agent: Agent;
  readonly journal: Journal;
  readonly platform: LatePlatform;
  readonly #surroundings: Surroundings;
  readonly #time: Timekeeper;

  /** Throws when the journal cannot be opened. */
  constructor(surroundings: Surroundings, process: Process) {
    const { disk, line, setup, random, buildMs, reads } = surroundings;
    const { after } = process;
    this.#surroundings = surroundings;
    this.process = process;
    const opened = openModelJournal(disk, { initialEpoch: INITIAL_EPOCH, maxBytes: JOURNAL_MAX_BYTES });
    this.journal = new GuardedJournal(opened, process, reads);
    const journal = this.journal;
    const clock = { monoMs: () => process.monoMs() };
    const log = this.#log();
    this.#time = new Timekeeper(buildMs, clock, journal);
    this.platform = new LatePlatform(journal);
    const platform = this.platform;
    const ask = (device: string, request: Parameters<LatePlatform["request"]>[1]) => platform.request(device, request);
    const receipts = new Receipts({ key: deviceSigner, trust, journal, after, ask, log });
    const common = { version: "0.0.0", clock, after, time: this.#time, journal, group: new CommitGroup(), receipts, platform, random, log };
    const ids = { randomId: () => hexOf(random, 16), randomNonce: () => hexOf(random, 16) };
    this.agent = new Agent({ ...common, trust, stores: fileStores(setup.device), ...ids });
    addMachine(this.agent, common, { setup, link: new LineLink(line, process), designation: "ZX7-400", scanner: { code: null } });
  }

  async run(): Promise<void> {
    const { agent, platform } = this;
    agent.start();
    await agent.firstAnswers(FIRST_LEASES_MS);
    agent.attach(new Inbox(agent.inboxPorts()));
    platform.sync = this.#sync();
    platform.sync.start();
  }

  #sync(): ReturnType<typeof createSyncDriver> {
    const { journal, process, agent } = this;
    const { broker, setup, random, retentionMs } = this.#surroundings;
    const connect = broker.connector(process);
    return createSyncDriver({
      ...{ journal, devices: [setup.device], clock: { monoMs: () => process.monoMs() }, after: process.after, random },
      connect: (listener: UplinkListener) => connect(listener),
      retryMaxMs: RETRY_MAX_MS,
      stateOf: (device) => agent.stateOf(device),
      verifyWatermark: (stream, chain, watermark) => {
        verifyWatermark(trust, { ...stream, chain }, watermark);
        return true;
      },
      retainFromMs: () => this.#time.now().earliestMs - retentionMs,
      onMessage: (device, channel, payload) => agent.message(device, channel, payload),
      onLink: (online, reason) => (online ? agent.online() : agent.offline(reason)),
      log: this.#log(),
    });
  }

  /** What is no CodedError is a fault of the program, wherever it is logged away. */
  #log() {
    const look = (fields: object, message: string): void => {
      const error = "err" in fields ? fields.err : undefined;
      if (error instanceof CodedError) this.#surroundings.note(`${message}: ${error.message.slice(0, 200)}`);
      if (error instanceof Error && !(error instanceof CodedError))
        this.#surroundings.wrong(`logged: ${message}: ${error.stack ?? error.message}`);
    };
    return { info: () => undefined, warn: look, error: look };
  }
}

/** The list that came with the module; nothing newer ever comes. */
function fileStores(device: string): FileStores {
  const noFile = (): never => {
    throw new CodedError("list.badTransfer", "no file was announced");
  };
  return {
    files: (["keyset", "overlay", "base"] as const).map((kind) => ({ kind, device, have: kind === "base" ? list.version : 0 })),
    lists: { current: list, have: { base: list.version, overlay: 0 } },
    part: { prepare: noFile, write: noFile, complete: noFile, discard: () => undefined },
    activate: noFile,
    reviewLists: () => undefined,
    review: () => undefined,
    take: noFile,
  };
}

function hexOf(random: () => number, bytes: number): string {
  let text = "";
  for (let word = 0; word < bytes / 4; word++)
    text += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  return text;
}
