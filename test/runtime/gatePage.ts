/** The agent's real page before a gate. */

import { openPage } from "#agent/shell/web/server.ts";
import { type Gate, openGate } from "#test/runtime/gate.ts";

export interface GatePage {
  readonly url: string;
  readonly gate: Gate;
  /** After each challenge that is asked for so much time goes by; ends when the given function is called. */
  ageWhenAsked(ageMs: number): () => void;
  close(): Promise<void>;
}

export async function openGatePage(world: Parameters<typeof openGate>[1] = {}): Promise<GatePage> {
  const gate = await openGate(1, world);
  let ageMs = 0;
  const page = await openPage({
    ...{ host: "127.0.0.1", port: 0, clock: { monoMs: () => gate.nowMs } },
    report: () => gate.report(),
    challenge: (machine) => {
      const shown = gate.scans.challenge(machine);
      gate.nowMs += ageMs;
      return shown;
    },
    respond: (machine, response) => gate.scans.respond(machine, response, "page"),
  });
  return {
    url: page.url,
    gate,
    ageWhenAsked: (wantedMs) => {
      ageMs = wantedMs;
      return () => {
        ageMs = 0;
      };
    },
    close: async () => {
      await page.close();
      gate.close();
    },
  };
}
