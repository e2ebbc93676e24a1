/** What the installer's tool asks a jig to do in the place of a person's hands: JSON lines on a Unix socket. Specification: README "Jig". */
import { z } from "zod";

const ASKS = [
  "pressStart",
  "pressEStop",
  "releaseEStop",
  "openEnclosure",
  "closeEnclosure",
  "switchMachineOn",
  "weld",
  "scan",
  "setBootloader",
  "powerAnew",
] as const;

export const JigRequest = z.strictObject({
  id: z.number().int().min(1),
  /** Of the machine that is meant, as the tool was given it. */
  port: z.string().min(1).max(4_096),
  /** Which of the machines on that line, where there are several. */
  address: z.number().int().min(1).max(247).optional(),
  ask: z.enum(ASKS),
  facts: z.record(z.string(), z.string().max(4_096)).default({}),
});
export type JigRequest = z.infer<typeof JigRequest>;

/** One for each request, in any order. */
export const JigAnswer = z.union([
  z.strictObject({ id: z.number().int().min(1), done: z.literal(true) }),
  z.strictObject({ id: z.number().int().min(1), error: z.string().max(1_000) }),
]);
export type JigAnswer = z.infer<typeof JigAnswer>;
