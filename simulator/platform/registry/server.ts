/** The registry's door: HTTP, every request signed by an installer, every answer by the platform. */
import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { answerText, REGISTRY_MAX_BYTES, type RegistryAnswer, type RegistryRequest, SignedRequest } from "#protocol/install/registry.ts";
import type { Endpoint } from "#simulator/platform/endpoint.ts";
import type { PlatformKeys } from "#simulator/platform/keys.ts";
import type { Registry } from "#simulator/platform/registry/registry.ts";

export interface RegistryServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function serveRegistry({ host, port }: Endpoint, registry: Registry, keys: PlatformKeys): Promise<RegistryServer> {
  const { fetch } = routes(registry, keys);
  const server = await new Promise<ServerType>((resolve, reject) => {
    const started = serve({ fetch, hostname: host, port }, () => resolve(started));
    started.once("error", reject);
  });
  const address = server.address();
  const boundPort = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://${host}:${boundPort}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

function routes(registry: Registry, keys: PlatformKeys): Hono {
  const app = new Hono();
  app.post("/1/:do", bodyLimit({ maxSize: REGISTRY_MAX_BYTES }), async (context) => {
    const signed = SignedRequest.safeParse(parseJson(await context.req.text()));
    if (!signed.success || signed.data.request.do !== context.req.param("do")) return context.json({ code: "provision.badRequest" }, 400);
    const answer = await registry.answer(signed.data);
    return context.json(signedAnswer(signed.data.request, answer, keys), answer.do === "refused" ? 400 : 200);
  });
  return app;
}

function signedAnswer(request: RegistryRequest, answer: RegistryAnswer, keys: PlatformKeys): object {
  return { v: 1, answer, signature: keys.sign("device", answerText(request, answer)) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
