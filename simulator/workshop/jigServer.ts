/** The jig of a simulated workshop: hears what the installer's tool asks, and does it at the part on that line. */
import { existsSync, realpathSync, rmSync } from "node:fs";
import { type JigAnswer, JigRequest } from "#protocol/install/jig.ts";
import { LineServer } from "#simulator/line/lineServer.ts";
import { lendHand, type Platform, type Workpiece } from "#simulator/workshop/hands.ts";

/** The machine at an address of a line, the only one where none is said. Throws RangeError where it cannot tell which is meant. */
export type JigLine = (address: number | undefined) => Workpiece;

export interface JigServer {
  close(): Promise<void>;
}

/** `lines` by their path. Throws `chip.pathTaken`. */
export async function startJig(path: string, lines: ReadonlyMap<string, JigLine>, platform: Platform): Promise<JigServer> {
  const server = await LineServer.open(path, (line, answer) => {
    void answerTo(line, lines, platform).then((said) => answer(JSON.stringify(said)));
  });
  return {
    close: async () => {
      await server.close();
      rmSync(path, { force: true });
    },
  };
}

/** A request that cannot be read is answered for number 1: its own is not known. */
async function answerTo(line: string, lines: ReadonlyMap<string, JigLine>, platform: Platform): Promise<JigAnswer> {
  let id = 1;
  try {
    const request = JigRequest.parse(JSON.parse(line));
    id = request.id;
    const at = lineAt(request.port, lines);
    if (!at) return { id, error: `no machine at ${request.port}` };
    await lendHand(request.ask, at(request.address), request.facts, platform);
    return { id, done: true };
  } catch (error) {
    return { id, error: (error instanceof Error ? error.message : String(error)).slice(0, 1_000) };
  }
}

/** The tool may know the line by its link, or by what that leads to. */
function lineAt(port: string, lines: ReadonlyMap<string, JigLine>): JigLine | undefined {
  const found = lines.get(port);
  if (found || !existsSync(port)) return found;
  const real = realpathSync(port);
  return [...lines].find(([tty]) => existsSync(tty) && realpathSync(tty) === real)?.[1];
}
