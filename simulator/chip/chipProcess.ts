import { rmSync } from "node:fs";
import { sha256Hex } from "#protocol/crypto.ts";
import { BusRunner, dieAtOnce } from "#simulator/chip/busRunner.ts";
import type { CommandInput } from "#simulator/chip/control/commands.ts";
import { type Birth, makeWorkplace } from "#simulator/chip/machine/makeWorkplace.ts";
import { FramFile, RamStore } from "#simulator/chip/machine/memory.ts";
import type { MachineTruth, Workplace } from "#simulator/chip/machine/workplace.ts";
import { type CheckedOptions, type ChipOptions, checkOptions } from "#simulator/chip/options.ts";
import { type Recording, readRecording } from "#simulator/chip/plant/recording.ts";
import { ChipBus } from "#simulator/chip/wire/bus.ts";
import { openControl } from "#simulator/line/controlServer.ts";
import { PtyLine } from "#simulator/line/ptyLine.ts";
import { REAL_TIMING } from "#simulator/line/realTiming.ts";

/** A running bus of chips. */
export interface ChipProcess {
  readonly tty: string;
  readonly control: string;
  readonly machines: readonly { device: string; address: number }[];
  /** What the control socket takes and gives. Bus commands give null. Throws `chip.badCommand`. */
  command(command: CommandInput): MachineTruth | null;
  /** Removes the link and the socket. */
  close(): Promise<void>;
}

interface ChipEvents {
  /** Default: this process dies at once, as by kill -9. */
  powerCut?: () => void;
  /** The chips' memory failed; default: thrown out of a timer. */
  failed?: (error: unknown) => void;
}

/** Opens the pty, the control socket and the chips' memory, and runs until `close`. Throws CodedErrors of the area `chip`. */
export async function startChip(options: ChipOptions, events: ChipEvents = {}): Promise<ChipProcess> {
  const checked = checkOptions(options);
  const recording = checked.trace === undefined ? null : readRecording(checked.trace);
  const timing = REAL_TIMING;
  const places = checked.addresses.map((_, index) => provisionedPlace(checked, index, recording, timing.nowMs()));
  const line = new PtyLine(checked.tty, (bytes) => bus.hear(bytes));
  const { baud, characterBits, paced, speed, seed } = checked;
  const bus = new ChipBus(
    (address) => places.find((place) => place.address === address)?.chip,
    { rate: { baud, characterBits }, paced, speed, seed },
    timing,
    (bytes) => line.write(bytes),
  );
  const settle = (place: Workplace, nowMs: number): void => {
    if (place.chip.presence.isBootDue(nowMs)) place.boot(nowMs);
  };
  const runner = new BusRunner({ places, bus, line, timing, settle, powerCut: events.powerCut ?? dieAtOnce });
  const control = await openControl(checked.control, (asked) => runner.command(asked)).catch((error: unknown) => {
    line.unplug();
    for (const { chip } of places) chip.close();
    throw error;
  });
  const stop = runner.start(events.failed);
  return {
    tty: checked.tty,
    control: checked.control,
    machines: places.map(({ address, chip }) => ({ device: chip.make.device, address })),
    command: (asked) => runner.command(asked),
    close: async () => {
      stop();
      line.unplug();
      await control.close();
      rmSync(checked.control, { force: true });
      for (const { chip } of places) chip.close();
    },
  };
}

/** A chip that was provisioned on the bench. */
function provisionedPlace(options: CheckedOptions, index: number, recording: Recording | null, nowMs: number): Workplace {
  const device = options.devices[index] ?? "";
  const birth: Birth = {
    address: options.addresses[index] ?? 1,
    device,
    uid: Uint8Array.from(Buffer.from(sha256Hex(`arcgate-sim-uid/${device}`), "hex").subarray(0, 12)),
    linkKey: options.linkKey,
    budgetKey: options.budgetKey,
    ranges: null,
    store: options.state === undefined ? new RamStore() : new FramFile(options.state, device),
  };
  return makeWorkplace({ ...options, seed: options.seed + index, recording }, () => birth, nowMs);
}
