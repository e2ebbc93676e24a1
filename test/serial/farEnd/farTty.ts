import { closeSync, constants, mkdtempSync, openSync, renameSync, rmSync, symlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReadStream } from "node:tty";
import * as nodePty from "@lydell/node-pty";

interface OpenPty {
  _fd: number;
  _pty: string;
  _master: ReadStream;
  _slave: ReadStream;
}

const { open } = nodePty as unknown as { open(options: { encoding: null }): OpenPty };

/** The far side of a serial cable: a raw pty behind a symbolic link that stays the same when the cable is plugged in again. */
export class FarTty {
  readonly path: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "arcgate-tty-"));
  readonly #receive: (bytes: Uint8Array) => void;
  #pty: OpenPty | undefined;
  #holdFd = -1;

  constructor(receive: (bytes: Uint8Array) => void) {
    this.path = join(this.#folder, "tty");
    this.#receive = receive;
    this.plug();
  }

  plug(): void {
    const pty = open({ encoding: null });
    // Held open and never read, so that the line stays up while nobody else has it open.
    this.#holdFd = openSync(pty._pty, constants.O_RDWR | constants.O_NOCTTY);
    pty._slave.setRawMode(true);
    pty._slave.destroy();
    pty._master.on("data", (bytes: Buffer) => this.#receive(bytes));
    // Reading the master of a line that nobody has open fails; that is how an unplugged cable looks from here.
    pty._master.on("error", () => undefined);
    this.#pty = pty;
    symlinkSync(pty._pty, `${this.path}.new`);
    renameSync(`${this.path}.new`, this.path);
  }

  unplug(): void {
    if (!this.#pty) return;
    closeSync(this.#holdFd);
    this.#pty._master.destroy();
    this.#pty = undefined;
  }

  write(bytes: Uint8Array): void {
    if (this.#pty) writeSync(this.#pty._fd, bytes);
  }

  dispose(): void {
    this.unplug();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
