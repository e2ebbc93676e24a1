/** Commands of the silicon itself; what it does not know is the running machine's. */
import { z } from "zod";
import type { Part } from "#simulator/chip/silicon/part.ts";

const at = z.int().optional();

const PartCommand = z.discriminatedUnion("do", [
  z.strictObject({ do: z.enum(["reset", "truth"]), at }),
  z.strictObject({ do: z.enum(["power", "boot0"]), at, on: z.boolean() }),
]);

/** False when it is nothing for the silicon. */
export function commandPart(part: Part, asked: unknown): boolean {
  const parsed = PartCommand.safeParse(asked);
  if (!parsed.success) return false;
  switch (parsed.data.do) {
    case "reset":
      part.boot();
      break;
    case "power":
      part.power(parsed.data.on);
      break;
    case "boot0":
      part.setBoot0(parsed.data.on);
      break;
    case "truth":
      break;
  }
  return true;
}
