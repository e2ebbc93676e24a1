import { closeSync, constants, lstatSync, openSync, readlinkSync, renameSync, symlinkSync, unlinkSync, writeSync } from "node:fs";
import type { ReadStream } from "node:tty";
import * as nodePty from "@lydell/node-pty";
import { CodedError } from "#protocol/errors/codedError.ts";

/** What node-pty's `open` gives and its types do not mention. */
interface OpenPty {
  readonly _pty: string;
  readonly _fd: number;
  readonly _master: ReadStream;
  readonly _slave: ReadStream;
}

interface Plugged {
  pty: OpenPty;
  /** Keeps the line up while no master has it open; never read. */
  holdFile: number;
}

/** The far end of a real pty, reached through a symbolic link; the cable can be pulled and put back. */
export class PtyLine {
  readonly #link: string;
  readonly #onBytes: (bytes: Uint8Array) => void;
  #plugged: Plugged | null = null;
  /** Bytes that nobody read: the pty's buffer was full. */
  droppedBytes = 0;

  /** Throws `chip.pathTaken` when something that is no link stands at `link`, `chip.noPty` when no pty can be had. */
  constructor(link: string, onBytes: (bytes: Uint8Array) => void) {
    this.#link = link;
    this.#onBytes = onBytes;
    this.plug();
  }

  get isPlugged(): boolean {
    return this.#plugged !== null;
  }

  plug(): void {
    if (this.#plugged) return;
    const pty = openPty();
    const holdFile = openSync(pty._pty, constants.O_RDWR | constants.O_NOCTTY);
    // Raw, or the line echoes; and the slave's own stream would steal what is meant for the master.
    pty._slave.setRawMode(true);
    pty._slave.destroy();
    this.#plugged = { pty, holdFile };
    pty._master.removeAllListeners("error");
    // The other side's hang-up is an error to node; the line stays as it is until it is unplugged.
    pty._master.on("error", () => undefined);
    pty._master.on("data", (bytes: Buffer) => this.#onBytes(bytes));
    try {
      pointLink(this.#link, pty._pty);
    } catch (error) {
      // A terminal that nobody can find would keep the process alive.
      this.unplug();
      throw error;
    }
  }

  unplug(): void {
    if (!this.#plugged) return;
    const { pty, holdFile } = this.#plugged;
    this.#plugged = null;
    removeLink(this.#link, pty._pty);
    closeSync(holdFile);
    // Never pty.destroy(): it signals process −1.
    pty._master.destroy();
  }

  write(bytes: Uint8Array): void {
    if (!this.#plugged) return;
    try {
      const written = writeSync(this.#plugged.pty._fd, bytes);
      this.droppedBytes += bytes.length - written;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      this.droppedBytes += bytes.length;
    }
  }
}

function openPty(): OpenPty {
  const { open } = nodePty as unknown as { open(options: { encoding: null }): OpenPty };
  try {
    return open({ encoding: null });
  } catch (error) {
    throw new CodedError("chip.noPty", String(error));
  }
}

/** Put in place by rename: whoever opens the link finds the old terminal or the new one. */
function pointLink(link: string, target: string): void {
  const found = lstatSync(link, { throwIfNoEntry: false });
  if (found && !found.isSymbolicLink()) throw new CodedError("chip.pathTaken", link);
  const temporary = `${link}.${process.pid}.new`;
  try {
    symlinkSync(target, temporary);
    renameSync(temporary, link);
  } catch (error) {
    throw new CodedError("chip.pathTaken", `${link}: ${String(error)}`);
  }
}

/** Only our own: another simulator may have taken the name. */
function removeLink(link: string, target: string): void {
  const found = lstatSync(link, { throwIfNoEntry: false });
  if (found?.isSymbolicLink() && readlinkSync(link) === target) unlinkSync(link);
}
