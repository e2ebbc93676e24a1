/** What the page answers. Nothing here energises without a signed response. */
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono, type Next } from "hono";
import { bodyLimit } from "hono/body-limit";
import QRCode from "qrcode";
import { type AgentReport, refusedReply, type ScanReply, type ShownChallenge } from "#agent/core/status.ts";
import { displayPage } from "#agent/panel/displayPage.ts";
import { inspectPage } from "#agent/panel/inspectPage.ts";
import { statusPage } from "#agent/panel/statusPage.ts";
import type { Clock } from "#agent/ports.ts";
import { ClientRates } from "#agent/shell/web/clientRates.ts";
import { isOwnHost, isOwnOrigin } from "#agent/shell/web/ownAddress.ts";

export interface PagePorts {
  /** Where the page listens, and the name under which it may be asked for. */
  host: string;
  clock: Clock;
  report(): AgentReport;
  /** `machine` is a device code or the text of its QR; null when it is none of ours. */
  challenge(machine: string): ShownChallenge | null;
  respond(machine: string, response: string): Promise<ScanReply>;
}

type Env = { Bindings: HttpBindings };

const BODY_MAX_BYTES = 4_096;
/** A phone needs one. Each costs the module two checks of signatures. */
const RESPONSE_RATE = { burst: 30, everyMs: 100 };

export function routes(ports: PagePorts): Hono<Env> {
  const app = new Hono<Env>();
  const rates = new ClientRates(RESPONSE_RATE);
  app.use(guard(ports.host));
  app.get("/", (context) => context.html(statusPage(ports.report(), context.req.query("lang") === "en" ? "en" : "zh")));
  app.get("/api/status", (context) => context.json(ports.report()));
  app.get("/api/challenge", (context) => {
    const shown = ports.challenge(context.req.query("machine") ?? "");
    return shown ? context.json(shown) : context.json(refusedReply("licence.wrongMachine"), 404);
  });
  app.get("/display/:machine", async (context) => {
    const shown = ports.challenge(context.req.param("machine"));
    const machine = ports.report().machines.find(({ device }) => device === shown?.machine);
    if (!shown || !machine) return context.json(refusedReply("licence.wrongMachine"), 404);
    const svg = await QRCode.toString(shown.challenge, { type: "svg", errorCorrectionLevel: "M", margin: 4 });
    return context.html(displayPage(machine, { svg, remainingMs: shown.remainingMs }));
  });
  app.get("/inspect/:machine", async (context) => {
    const machine = ports.report().machines.find(({ device }) => device === context.req.param("machine"));
    if (!machine) return context.json(refusedReply("licence.wrongMachine"), 404);
    const { inspection } = machine;
    const svg = inspection === null ? null : await QRCode.toString(inspection, { type: "svg", errorCorrectionLevel: "L", margin: 4 });
    return context.html(inspectPage(machine, svg));
  });
  app.post("/api/response", bodyLimit({ maxSize: BODY_MAX_BYTES }), async (context) => {
    const client = context.env.incoming.socket.remoteAddress ?? "";
    if (!rates.allows(client, ports.clock.monoMs())) return context.json(refusedReply("pass.tooOften"), 429);
    const body = responseBody(await context.req.text());
    if (!body) return context.json(refusedReply("licence.badCredential"), 400);
    const reply = await ports.respond(body.machine, body.response);
    return context.json(reply, reply.allowed ? 200 : 403);
  });
  return app;
}

function guard(configuredHost: string) {
  return async (context: Context<Env>, next: Next) => {
    const host = context.req.header("host");
    if (!isOwnHost(host, context.env.incoming.socket, configuredHost)) {
      return context.json({ code: "config.badValue", zh: "地址不符", en: "this is not the page's address" }, 403);
    }
    if (!isOwnOrigin(context.req.header("origin"), host ?? "")) {
      return context.json({ code: "config.badValue", zh: "来源不符", en: "foreign origin" }, 403);
    }
    await next();
    context.header("x-content-type-options", "nosniff");
    context.header("cache-control", "no-store");
    context.header(
      "content-security-policy",
      "default-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'",
    );
    return undefined;
  };
}

function responseBody(text: string): { machine: string; response: string } | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof body !== "object" || body === null) return undefined;
  const { machine, response } = body as Record<string, unknown>;
  return typeof machine === "string" && typeof response === "string" ? { machine, response } : undefined;
}
