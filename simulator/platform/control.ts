/** The platform's control socket: one JSON object a line, one answer a line. For the story, tests and the phone. */
import { existsSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { z } from "zod";
import { LANES } from "#protocol/events/event.ts";
import { PolicyChange } from "#simulator/platform/policyIssuer.ts";
import { ScanRequest } from "#simulator/platform/scanRequest.ts";

const MAX_LINE_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 16;
const ANSWER_TIMEOUT_MS = 30_000;

const device = z.string().regex(/^[0-9A-Z]{20}$/);
const handle = z.string().regex(/^[0-9a-f]{32}$/);
const seconds = z.number().int().min(0).max(900);
const count = z.number().int().min(0);

export const ControlRequest = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("report"), device: device.optional() }),
  z.strictObject({
    do: z.literal("events"),
    device,
    lane: z.enum(LANES).optional(),
    chain: count.optional(),
    fromSeq: count.optional(),
    limit: count.optional(),
    kind: count.optional(),
  }),
  z.strictObject({ do: z.literal("state"), device: device.optional() }),
  ScanRequest,
  z.strictObject({ do: z.literal("lock"), device }),
  /** How devices are to come back after the next outage. */
  z.strictObject({ do: z.literal("comeBack"), afterS: seconds, spreadS: seconds }),
  /** A new overlay or keyset: the devices that are on line are told to fetch it. */
  z.strictObject({ do: z.literal("revoke"), as: z.string().max(32).optional(), handle: handle.optional() }),
  /** A new policy for a device: members that are not named stay as they are. */
  z.strictObject({
    do: z.literal("rule"),
    device,
    policy: PolicyChange,
  }),
  z.strictObject({ do: z.literal("certify"), as: z.string().max(32) }),
  z.strictObject({ do: z.literal("rotateKeys"), retireRoot: z.boolean().optional() }),
  z.strictObject({ do: z.literal("stopBroker") }),
  z.strictObject({ do: z.literal("startBroker") }),
  z.strictObject({ do: z.literal("quit") }),
]);
export type ControlRequest = z.infer<typeof ControlRequest>;

/** `{"ok":true, …}` or `{"ok":false,"error":"…"}`. */
export type ControlAnswer = ({ ok: true; id?: string } & Record<string, unknown>) | { ok: false; error: string };

export async function serveControl(path: string, carryOut: (request: ControlRequest) => Promise<object>): Promise<Server> {
  // A socket that a killed platform left behind answers nobody.
  if (existsSync(path)) rmSync(path);
  const server = createServer((socket) => void serveConnection(socket, carryOut));
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  return server;
}

/** One request to a platform, and its answer. Rejects when nobody answers. */
export function callControl(path: string, request: ControlRequest): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error(`no answer from ${path}`)));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`${path} closed without an answer`)));
    createInterface({ input: socket }).once("line", (line) => {
      resolve(JSON.parse(line) as ControlAnswer);
      socket.end();
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}

async function serveConnection(socket: Socket, carryOut: (request: ControlRequest) => Promise<object>): Promise<void> {
  socket.on("error", () => socket.destroy());
  let unread = "";
  socket.setEncoding("utf8");
  for await (const text of socket as AsyncIterable<string>) {
    unread += text;
    if (unread.length > MAX_LINE_BYTES) return void socket.destroy();
    const lines = unread.split("\n");
    unread = lines.pop() ?? "";
    for (const line of lines) socket.write(`${JSON.stringify(await answerLine(line, carryOut))}\n`);
  }
}

async function answerLine(line: string, carryOut: (request: ControlRequest) => Promise<object>): Promise<ControlAnswer> {
  try {
    return { ok: true, ...(await carryOut(ControlRequest.parse(JSON.parse(line)))) };
  } catch (error) {
    return { ok: false, error: error instanceof z.ZodError ? z.prettifyError(error) : String(error) };
  }
}
