/** One real pty with the parts on it, each in its ROM or running its firmware; power and reset are commands of the socket. */
import { rmSync } from "node:fs";
import { CodedError } from "#protocol/errors/codedError.ts";
import { BusRunner, dieAtOnce } from "#simulator/chip/busRunner.ts";
import { MountedPart, type PartLine, type PartMake, type PartTruth } from "#simulator/chip/silicon/mountedPart.ts";
import { commandPart } from "#simulator/chip/silicon/partCommands.ts";
import { ChipBus } from "#simulator/chip/wire/bus.ts";
import { openControl } from "#simulator/line/controlServer.ts";
import { characterBits } from "#simulator/line/pacer.ts";
import { PtyLine } from "#simulator/line/ptyLine.ts";
import { REAL_TIMING } from "#simulator/line/realTiming.ts";

export interface RunningLine {
  readonly control: string;
  readonly parts: readonly MountedPart[];
  /** What the control socket takes: `at` is a part's address, the first one's unless given. Throws `chip.badCommand`. */
  command(asked: object): PartTruth;
  /** As if they had come over the line. */
  hear(bytes: Uint8Array): void;
  close(): Promise<void>;
}

const RUNNING_FRAME = "8N1";

/** Runs until `close`. Throws CodedErrors of the area `chip`. */
export async function startPartLine(line: PartLine, makes: readonly PartMake[]): Promise<RunningLine> {
  const parts: MountedPart[] = [];
  const closeParts = (): void => {
    for (const part of parts) part.close();
  };
  const write = (bytes: Uint8Array): void => pty.write(bytes);
  for (const make of makes) parts.push(new MountedPart(make, line, write));
  const at = (address: number | undefined) =>
    address === undefined ? parts[0] : parts.find(({ part }) => part.workplace.address === address);
  const rate = { baud: line.baud, characterBits: characterBits(RUNNING_FRAME) ?? 0 };
  const speed = makes[0]?.machine?.speed ?? 1;
  const bus = new ChipBus(
    (address) => at(address)?.part.workplace.chip,
    { rate, paced: line.paced, speed, seed: makes[0]?.machine?.seed ?? 1 },
    REAL_TIMING,
    write,
  );
  const hear = (bytes: Uint8Array): void => {
    const listening = parts.filter(({ part }) => part.isInRom);
    for (const { rom } of listening) rom.hear(bytes);
    if (listening.length < parts.length) bus.hear(bytes);
  };
  const pty = new PtyLine(line.tty, hear);
  const runner = new BusRunner({
    ...{ places: parts.map(({ part }) => part.workplace), bus, line: pty, timing: REAL_TIMING, powerCut: dieAtOnce },
    settle: (place) => parts.find(({ part }) => part.workplace === place)?.part.tick(),
  });
  const command = (asked: object | null): PartTruth => {
    for (const { part } of parts) part.tick();
    const address = asked && "at" in asked && typeof asked.at === "number" ? asked.at : undefined;
    const meant = at(address);
    if (!meant) throw new CodedError("chip.badCommand", `no part at ${address}`);
    if (!commandPart(meant.part, asked)) runner.command(asked);
    return meant.truth();
  };
  const controlPath = `${line.tty}.ctl`;
  const control = await openControl(controlPath, (asked) => command(typeof asked === "object" ? asked : null)).catch((error: unknown) => {
    pty.unplug();
    closeParts();
    throw error;
  });
  const stopRunner = runner.start(undefined);
  return {
    ...{ control: controlPath, parts, command, hear },
    close: async () => {
      stopRunner();
      pty.unplug();
      await control.close();
      rmSync(controlPath, { force: true });
      closeParts();
    },
  };
}
