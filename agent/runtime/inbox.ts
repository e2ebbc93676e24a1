/** Messages from the platform: parsed, verified, handed on. The broker is not trusted, so nothing here acts on an unsigned word. */
import type { TimeInterval } from "#agent/core/clock/interval.ts";
import type { FetchInput } from "#agent/core/fileFetch/state.ts";
import type { ReturnSlot } from "#agent/core/sync/retry.ts";
import type { DriverLog } from "#agent/runtime/driverLog.ts";
import type { TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { Command, FileChunk, Reply, type Request, TimeReply } from "#protocol/events/messages.ts";
import type { DownChannel } from "#protocol/topics.ts";
import { bytesFromBase64 } from "#protocol/trust/base64.ts";
import { verifyCommand, verifyTime } from "#protocol/trust/wireMessages.ts";

export interface InboxPorts {
  trust: TrustStore;
  log: DriverLog;
  now(): TimeInterval;
  timeArrived(utcMs: number, uncertaintyMs: number): void;
  fileInput(input: FetchInput): void;
  envelopeArrived(device: string, id: string, envelope: Uint8Array | null): void;
  deviceKeyArrived(device: string, word: Uint8Array | null): void;
  grant(device: string, grant: string): void;
  lock(device: string): void;
  comeBack(slot: ReturnSlot): void;
}

const COMMAND_LIFE_MS = 60_000;
const COMMANDS_REMEMBERED = 256;
const MESSAGE_MAX_BYTES = 256 * 1024;

export class Inbox {
  readonly #ports: InboxPorts;
  /** Ids of commands carried out: each is carried out once, however often the broker brings it. */
  readonly #done = new Set<string>();
  #timeAsked: { id: string; nonce: string } | null = null;

  constructor(ports: InboxPorts) {
    this.#ports = ports;
  }

  /** A request for the time; only the answer to the last one counts. */
  timeRequest(id: string): Request {
    this.#timeAsked = { id, nonce: id };
    return { v: 1, id, want: "time", nonce: id };
  }

  receive(device: string, channel: DownChannel, payload: Uint8Array): void {
    try {
      if (payload.length > MESSAGE_MAX_BYTES) throw new CodedError("event.tooLarge", `${payload.length} bytes`);
      this.#dispatch(device, channel, parseJson(payload));
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#ports.log.warn({ device, channel, code: error.code, detail: error.detail }, "a message from the platform was refused");
    }
  }

  #dispatch(device: string, channel: DownChannel, body: unknown): void {
    switch (channel) {
      case "time":
        this.#time(device, shaped(TimeReply, body));
        break;
      case "command":
        this.#command(device, shaped(Command, body));
        break;
      case "reply": {
        const reply = shaped(Reply, body);
        if ("file" in reply) this.#ports.fileInput({ type: "reply", id: reply.id, kind: reply.kind, file: reply.file });
        else if ("envelope" in reply) this.#ports.envelopeArrived(device, reply.id, bytesOrNull(reply.envelope));
        else this.#ports.deviceKeyArrived(device, bytesOrNull(reply.deviceKey));
        break;
      }
      case "list": {
        const { id, kind, version, offset, data } = shaped(FileChunk, body);
        this.#ports.fileInput({ type: "chunk", id, kind, version, offset, data: bytesFromBase64(data) });
        break;
      }
      case "ack":
        break;
    }
  }

  #time(device: string, reply: TimeReply): void {
    const asked = this.#timeAsked;
    if (asked?.id !== reply.id) throw new CodedError("trust.staleNonce");
    const time = verifyTime(this.#ports.trust, device, asked.nonce, reply);
    this.#timeAsked = null;
    this.#ports.timeArrived(time.utcMs, time.uncertaintyMs);
  }

  #command(device: string, message: Command): void {
    const command = verifyCommand(this.#ports.trust, device, message);
    if (this.#ports.now().earliestMs > command.issuedMs + COMMAND_LIFE_MS) throw new CodedError("trust.staleCommand", command.id);
    if (this.#done.has(command.id)) return;
    this.#done.add(command.id);
    const [oldest] = this.#done;
    if (this.#done.size > COMMANDS_REMEMBERED && oldest !== undefined) this.#done.delete(oldest);
    if (command.do === "grant") this.#ports.grant(device, command.grant);
    else if (command.do === "refresh") this.#ports.fileInput({ type: "refresh", kinds: command.kinds, device, spread: true });
    else if (command.do === "comeBack") this.#ports.comeBack(command);
    else this.#ports.lock(device);
  }
}

function bytesOrNull(base64: string | null): Uint8Array | null {
  return base64 === null ? null : bytesFromBase64(base64);
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch (error) {
    throw new CodedError("event.badJson", (error as Error).message, { cause: error });
  }
}

function shaped<T>(
  schema: { safeParse(body: unknown): { success: true; data: T } | { success: false; error: { message: string } } },
  body: unknown,
): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new CodedError("event.badShape", parsed.error.message.slice(0, 200));
  return parsed.data;
}
