import { expect, test } from "vitest";
import { encodeBlock } from "#protocol/chip/codec.ts";
import { carryEnvelope, isFromPlatform } from "#protocol/chip/envelope.ts";
import { ENVELOPE } from "#protocol/chip/vault.ts";
import { DEVELOPMENT_BUDGET_KEY } from "#simulator/developmentKeys.ts";
import { answerEnvelope } from "#simulator/platform/envelopes.ts";

const NOW_MS = 1_795_219_260_999;
const FLOORS = { listFloor: 7, overlayFloor: 40, keysetFloor: 3, policyFloor: 12 };

test.each([
  ["a device that is behind is not cut off from what it has", { list: 6, overlay: 0, keyset: 3, policy: 11 }, [6, 0, 3, 11]],
  ["a device that claims more than there is moves nothing beyond it", { list: 99, overlay: 99, keyset: 99, policy: 99 }, [7, 40, 3, 12]],
])("%s", (_, have, floors) => {
  const request = { v: 1, id: "e", want: "envelope", uid: "01".repeat(12), challenge: "c0".repeat(8), have } as const;
  const { envelope } = answerEnvelope(request, { nowMs: NOW_MS, uncertaintyMs: 1_000, floors: FLOORS });
  const block = carryEnvelope(new Uint8Array(Buffer.from(envelope ?? "", "base64")), 1);
  if (!block) throw new Error("no envelope");
  expect([block.listFloor, block.overlayFloor, block.keysetFloor, block.policyFloor]).toEqual(floors);
  expect(block).toMatchObject({ timeFloorS: 1_795_219_259, poweredHours: 336, boots: 120, starts: 200, unlockCalibration: 0 });
  expect(isFromPlatform(encodeBlock(ENVELOPE, block), DEVELOPMENT_BUDGET_KEY, new Uint8Array(12).fill(1))).toBe(true);
});
