/** Several provisioned chips on one line: each answers at its own address, and one in its ROM disturbs nobody. */
import { expect, it } from "vitest";
import { encodeProvision } from "#protocol/chip/provision.ts";
import { FORGETFUL } from "#simulator/chip/machine/memory.ts";
import { FlashMemory } from "#simulator/chip/silicon/flash.ts";
import { FlashFile } from "#simulator/chip/silicon/flashFile.ts";
import { startPartLine } from "#simulator/chip/silicon/partLine.ts";
import { PartMemory } from "#simulator/chip/silicon/partMemory.ts";
import { stageDevice } from "#simulator/stage/stage.ts";
import { identity, onPty } from "#test/chip/onPty.ts";
import { flashDirectly, ORDER } from "#test/silicon/provisioned.ts";

const { path, atEnd, client } = onPty();
const FLASH_BYTES = 64 * 1024 + 16;

/** As the installer left it. */
function provisionedFlash(index: number): string {
  const file = path(`flash${index}`);
  const keep = new FlashFile(file, FLASH_BYTES);
  const flash = new FlashMemory("f030", new Uint8Array(12), keep);
  flashDirectly(flash, "1.0.0");
  const order = { ...ORDER, address: index, deviceCode: stageDevice("ZX7-400", index) };
  expect(new PartMemory(flash, FORGETFUL).take(encodeProvision(order))).toBe("taken");
  keep.close();
  return file;
}

it("answers for each, takes commands for each, and goes on while one of them is in its ROM", async () => {
  const makes = [1, 2, 3].map((index) => ({ silicon: "f030" as const, flash: provisionedFlash(index), serial: String(index) }));
  const line = await startPartLine({ tty: path("bus"), baud: 115_200, paced: false }, makes);
  atEnd(() => line.close());
  const master = await client(path("bus"));
  const codes: string[] = [];
  for (master.unit of [1, 2, 3]) codes.push((await identity(master)).deviceCode);
  expect(codes).toEqual([1, 2, 3].map((index) => stageDevice("ZX7-400", index)));
  expect(line.command({ do: "wiring", fault: "mirrorOpen", at: 2 })).toMatchObject({ address: 2, wiring: ["mirrorOpen"] });
  expect(line.command({ do: "truth", at: 3 }).wiring).toEqual([]);
  expect(() => line.command({ do: "truth", at: 9 })).toThrow("chip.badCommand");
  line.command({ do: "boot0", on: true, at: 3 });
  line.command({ do: "reset", at: 3 });
  expect(line.parts.map(({ part }) => part.isInRom)).toEqual([false, false, true]);
  master.unit = 2;
  expect((await identity(master)).deviceCode).toBe(codes[1]);
});
