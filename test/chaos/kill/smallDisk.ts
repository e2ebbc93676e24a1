/** A small disk in memory under the agent's data, to be filled to the brim. Needs root. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

const DISK_MB = 24;
const PIECES_BYTES = [1 << 20, 1 << 12, 1];
const TOP_UP_MS = 100;

/** Why there can be none here, or null. */
export function whyNoSmallDisk(): string | null {
  return process.platform === "linux" && process.getuid?.() === 0 ? null : "a full disk needs root on Linux, to mount a small one";
}

export class SmallDisk {
  readonly folder: string;
  readonly #filler: string;
  #topUp: NodeJS.Timeout | null = null;
  readonly #unmountAtExit = () => this.#unmount("--lazy");

  constructor(folder: string) {
    this.folder = folder;
    this.#filler = join(folder, "filler");
    mkdirSync(folder, { recursive: true });
    run("mount", "-t", "tmpfs", "-o", `size=${DISK_MB}m`, "tmpfs", folder);
    process.once("exit", this.#unmountAtExit);
  }

  get isFull(): boolean {
    return this.#topUp !== null;
  }

  /** Takes every byte, and goes on taking those that somebody gives back. */
  fill(): void {
    this.#takeAll();
    this.#topUp = setInterval(() => this.#takeAll(), TOP_UP_MS);
  }

  free(): void {
    if (this.#topUp !== null) clearInterval(this.#topUp);
    this.#topUp = null;
    rmSync(this.#filler, { force: true });
  }

  remove(): void {
    this.free();
    process.removeListener("exit", this.#unmountAtExit);
    this.#unmount();
  }

  #takeAll(): void {
    const file = openSync(this.#filler, "a");
    try {
      for (const bytes of PIECES_BYTES) writeUntilFull(file, Buffer.alloc(bytes, 1));
    } finally {
      closeSync(file);
    }
  }

  #unmount(...how: string[]): void {
    run("umount", ...how, this.folder);
  }
}

function writeUntilFull(file: number, piece: Buffer): void {
  try {
    while (writeSync(file, piece) === piece.length);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}

function run(command: string, ...argv: string[]): void {
  execFileSync(command, argv);
}
