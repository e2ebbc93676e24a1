/** The agent's own page: what it shows, and the door for a scan from a phone on the module's network. */
import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { AgentReport, ScanReply } from "#agent/core/status.ts";
import { statusPage } from "#agent/panel/statusPage.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

export interface PagePorts {
  host: string;
  port: number;
  report(): AgentReport;
  /** `machine` is a device code or the text of its QR; `credential` the text of the pass. */
  scan(machine: string, credential: string): Promise<ScanReply>;
}

export interface Page {
  readonly url: string;
  close(): Promise<void>;
}

const BODY_MAX_BYTES = 4_096;

export async function openPage(ports: PagePorts): Promise<Page> {
  const app = routes(ports);
  const server = await new Promise<ServerType>((resolve, reject) => {
    const started = serve({ fetch: app.fetch, hostname: ports.host, port: ports.port }, () => resolve(started));
    started.once("error", (error) =>
      reject(new CodedError("config.badValue", `page.port ${ports.port}: ${error.message}`, { cause: error })),
    );
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : ports.port;
  return {
    url: `http://${ports.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

function routes(ports: PagePorts): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    // A page elsewhere must not make a browser on this network speak to us under another name.
    const origin = context.req.header("origin");
    const host = context.req.header("host");
    if (origin !== undefined && hostOf(origin) !== host)
      return context.json({ code: "config.badValue", zh: "来源不符", en: "foreign origin" }, 403);
    await next();
    context.header("x-content-type-options", "nosniff");
    context.header(
      "content-security-policy",
      "default-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'",
    );
    return undefined;
  });
  app.get("/", (context) => context.html(statusPage(ports.report(), context.req.query("lang") === "en" ? "en" : "zh")));
  app.get("/api/status", (context) => context.json(ports.report()));
  app.post("/api/scan", bodyLimit({ maxSize: BODY_MAX_BYTES }), async (context) => {
    const body = scanBody(await context.req.text());
    if (!body)
      return context.json(
        { allowed: false, code: "licence.badCredential", zh: "请求格式不正确", en: "malformed request", session: null },
        400,
      );
    const reply = await ports.scan(body.machine, body.credential);
    return context.json(reply, reply.allowed ? 200 : 403);
  });
  return app;
}

/** Undefined for what is no address: a page without one of its own says `null`. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function scanBody(text: string): { machine: string; credential: string } | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof body !== "object" || body === null) return undefined;
  const { machine, credential } = body as Record<string, unknown>;
  return typeof machine === "string" && typeof credential === "string" ? { machine, credential } : undefined;
}
