/** One request to a simulator's control socket, and its answer: a JSON object a line. */
import { connect } from "node:net";
import { createInterface } from "node:readline";

const ANSWER_MS = 30_000;

/** Rejects when nobody answers or the answer says `ok: false`. */
export function askControl<T extends object>(path: string, request: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error(`no answer from ${path}`)));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`${path} closed without an answer`)));
    const lines = createInterface({ input: socket });
    // What befalls the socket is told by its reader again.
    lines.on("error", reject);
    lines.once("line", (line) => {
      const answer = JSON.parse(line) as { ok: boolean; error?: string } & T;
      if (answer.ok) resolve(answer);
      else reject(new Error(answer.error ?? line));
      socket.end();
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}
