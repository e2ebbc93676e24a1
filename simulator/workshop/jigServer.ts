/** The jig of a simulated workshop: hears what the installer's tool asks, and does it at the part on that port. */
import { existsSync, realpathSync, rmSync } from "node:fs";
import { type JigAnswer, JigRequest } from "#protocol/install/jig.ts";
import type { PartProcess } from "#simulator/chip/silicon/partProcess.ts";
import { LineServer } from "#simulator/line/lineServer.ts";
import { lendHand, type Platform } from "#simulator/workshop/hands.ts";

export interface JigServer {
  close(): Promise<void>;
}

/** `parts` by the path of their line. Throws `chip.pathTaken`. */
export async function startJig(path: string, parts: ReadonlyMap<string, PartProcess>, platform: Platform): Promise<JigServer> {
  const server = await LineServer.open(path, (line, answer) => {
    void answerTo(line, parts, platform).then((said) => answer(JSON.stringify(said)));
  });
  return {
    close: async () => {
      await server.close();
      rmSync(path, { force: true });
    },
  };
}

/** A request that cannot be read is answered for number 1: its own is not known. */
async function answerTo(line: string, parts: ReadonlyMap<string, PartProcess>, platform: Platform): Promise<JigAnswer> {
  let id = 1;
  try {
    const request = JigRequest.parse(JSON.parse(line));
    id = request.id;
    const part = partAt(request.port, parts);
    if (!part) return { id, error: `no machine at ${request.port}` };
    await lendHand(request.ask, part, request.facts, platform);
    return { id, done: true };
  } catch (error) {
    return { id, error: (error instanceof Error ? error.message : String(error)).slice(0, 1_000) };
  }
}

/** The tool may know the line by its link, or by what that leads to. */
function partAt(port: string, parts: ReadonlyMap<string, PartProcess>): PartProcess | undefined {
  const found = parts.get(port);
  if (found || !existsSync(port)) return found;
  const real = realpathSync(port);
  return [...parts].find(([tty]) => existsSync(tty) && realpathSync(tty) === real)?.[1];
}
