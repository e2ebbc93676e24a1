/** Scans of all kinds: what was shown is verified here, and decided on in the core of the machine. */
import type { CertificateFacts } from "#agent/core/licensing/facts.ts";
import type { PassFacts } from "#agent/core/licensing/pass.ts";
import type { ScanInput } from "#agent/core/machine/state.ts";
import { type AttemptRate, type Attempts, attempt } from "#agent/core/pass/attempts.ts";
import { type DeskState, meantChallenge, openDesk, presentChallenge, useChallenge } from "#agent/core/pass/desk.ts";
import { passOfGrant, passOfResponse } from "#agent/core/pass/facts.ts";
import { refusedGrant } from "#agent/core/pass/grants.ts";
import { refusedReply, type ScanReply, type ShownChallenge } from "#agent/core/status.ts";
import type { Clock } from "#agent/ports.ts";
import type { DriverLog } from "#agent/runtime/driverLog.ts";
import type { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { replyTo } from "#agent/runtime/reporting.ts";
import type { Timekeeper } from "#agent/runtime/timekeeper.ts";
import type { TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { encodeChallenge } from "#protocol/pass/challenge.ts";
import { decodeGrant } from "#protocol/pass/grant.ts";
import { parseResponse, verifyResponse } from "#protocol/pass/response.ts";

/** The list in force. */
export interface ListForScans {
  readonly list: { readonly version: number; readonly overlayVersion: number; readonly issuedMs: number } | undefined;
  /** Null when the list does not know the handle; undefined when there is none, or it cannot say. */
  lookUp(handle: string): CertificateFacts | null | undefined;
}

export interface ScanPorts {
  clock: Clock;
  trust: TrustStore;
  /** Boot epoch: of the challenges, and of the session numbers. */
  epoch: number;
  /** 16 bytes in hex that nobody can guess. */
  randomNonce(): string;
  randomId(): string;
  time: Pick<Timekeeper, "now">;
  files: ListForScans;
  log: DriverLog;
}

/** What a text came to. */
type Shown = { pass: PassFacts; grant: ScanInput["grant"] } | { refusal: ErrorCode };

/** One machine, as those who scan meet it. */
interface Door {
  driver: MachineDriver;
  desk: DeskState;
  refusals: Attempts | undefined;
}

/** Sessions are numbered within a boot epoch; epochs never come again. */
const SESSIONS_PER_EPOCH = 2 ** 20;
/** What is no pass is journalled so often: noise must not fill the records of the law. It is answered in any case. */
const REFUSALS_JOURNALLED: AttemptRate = { burst: 30, everyMs: 10_000 };

export class Scans {
  readonly #ports: ScanPorts;
  readonly #doors = new Map<string, Door>();
  #sessions = 0;

  constructor(ports: ScanPorts) {
    this.#ports = ports;
  }

  add(driver: MachineDriver): void {
    this.#doors.set(driver.device, { driver, desk: openDesk(driver.device, this.#ports.epoch), refusals: undefined });
  }

  /** The challenge to show at a machine now; null for somebody else's machine. */
  challenge(device: string): ShownChallenge | null {
    const door = this.#doors.get(device);
    if (!door) return null;
    const { desk, challenge, remainingMs } = presentChallenge(door.desk, this.#ports.randomNonce(), this.#ports.clock.monoMs());
    door.desk = desk;
    return { machine: device, challenge: encodeChallenge(challenge), remainingMs: Math.floor(remainingMs) };
  }

  /** A phone's response, as the page or a scanner took it. Any other text is refused with its code. */
  respond(device: string, text: string, way: "page" | "scanner"): Promise<ScanReply> {
    return this.#scan(device, (door) => {
      const response = parseResponse(text);
      const meant = meantChallenge(door.desk, response.mark, this.#ports.clock.monoMs());
      if (typeof meant === "string") return { refusal: meant };
      const verified = verifyResponse(response, meant, this.#ports.trust);
      door.desk = useChallenge(door.desk, meant);
      return { pass: passOfResponse(verified, way), grant: null };
    });
  }

  /** A grant that the platform's command brought. */
  grant(device: string, text: string): Promise<ScanReply> {
    return this.#scan(device, () => {
      const grant = decodeGrant(text, this.#ports.trust);
      const refusal = refusedGrant(grant, device, this.#ports.time.now());
      const { counter, categories } = grant;
      return refusal ? { refusal } : { pass: passOfGrant(grant), grant: { counter, categories } };
    });
  }

  async #scan(device: string, verify: (door: Door) => Shown): Promise<ScanReply> {
    const door = this.#doors.get(device);
    if (!door) return refusedReply("licence.wrongMachine");
    const shown = codedRefusal(() => verify(door));
    if ("refusal" in shown && !this.#isJournalled(door, shown.refusal)) return refusedReply(shown.refusal);
    const pass = "pass" in shown ? shown.pass : null;
    const entry = pass ? this.#ports.files.lookUp(pass.handle) : null;
    // What cannot be read licenses nobody: it does not mean that the list knows nothing of the handle.
    const list = entry === undefined ? undefined : this.#ports.files.list;
    const answer = await door.driver.scan({
      id: this.#ports.randomId(),
      pass,
      refusal: "refusal" in shown ? shown.refusal : null,
      grant: "pass" in shown ? shown.grant : null,
      listVersion: list?.version ?? null,
      overlayVersion: list?.overlayVersion ?? 0,
      listIssuedMs: list?.issuedMs ?? null,
      entry: entry ?? null,
      sessionId: this.#ports.epoch * SESSIONS_PER_EPOCH + ++this.#sessions,
    });
    return replyTo(answer);
  }

  #isJournalled(door: Door, code: ErrorCode): boolean {
    const { allowed, held } = attempt(door.refusals, REFUSALS_JOURNALLED, this.#ports.clock.monoMs());
    door.refusals = held;
    if (!allowed) this.#ports.log.warn({ device: door.driver.device, code }, "refused, and not journalled: there were too many");
    return allowed;
  }
}

function codedRefusal(verify: () => Shown): Shown {
  try {
    return verify();
  } catch (error) {
    if (error instanceof CodedError) return { refusal: error.code };
    throw error;
  }
}
