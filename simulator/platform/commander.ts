/** Signed commands to devices. */
import { randomUUID } from "node:crypto";
import type { Command, FileKind } from "#protocol/events/messages.ts";
import { downTopic } from "#protocol/topics.ts";
import { commandText } from "#protocol/trust/wireMessages.ts";
import type { ReturnSlot } from "#simulator/platform/contract.ts";
import type { PlatformKeys } from "#simulator/platform/keys.ts";
import type { LiveBoard } from "#simulator/platform/live.ts";

type Wanted<Do> = Omit<Extract<Command["command"], { do: Do }>, "do" | "device" | "id" | "issuedMs">;

export class Commander {
  readonly #keys: PlatformKeys;
  readonly #board: LiveBoard;
  readonly #publish: (topic: string, message: object) => boolean;
  readonly #now: () => number;

  constructor(keys: PlatformKeys, board: LiveBoard, publish: (topic: string, message: object) => boolean, now: () => number) {
    this.#keys = keys;
    this.#board = board;
    this.#publish = publish;
    this.#now = now;
  }

  grant(device: string, wanted: Wanted<"grant">): { id: string } {
    return this.#send({ do: "grant", ...this.#header(device), ...wanted });
  }

  lock(device: string): { id: string } {
    return this.#send({ do: "lock", ...this.#header(device) });
  }

  comeBack(device: string, { afterS, spreadS }: ReturnSlot): void {
    this.#send({ do: "comeBack", ...this.#header(device), afterS, spreadS });
  }

  /** Those that are off line ask by themselves when they come back. */
  refresh(kinds: FileKind[], only?: string): void {
    for (const { device, state } of this.#board.all()) {
      if (state.online && (only === undefined || only === device)) this.#send({ do: "refresh", ...this.#header(device), kinds });
    }
  }

  #header(device: string): { device: string; id: string; issuedMs: number } {
    return { device, id: randomUUID(), issuedMs: Math.floor(this.#now()) };
  }

  #send(command: Command["command"]): { id: string } {
    const message: Command = { v: 1, command, signature: this.#keys.sign("command", commandText(command)) };
    if (!this.#publish(downTopic(command.device, "command"), message)) throw new Error("平台未连接消息服务 / the platform is off line");
    return { id: command.id };
  }
}
