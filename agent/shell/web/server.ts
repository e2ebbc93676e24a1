/** The agent's own page: what it shows, and the door for phones on the module's network. */
import { type ServerType, serve } from "@hono/node-server";
import { type PagePorts, routes } from "#agent/shell/web/routes.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

export interface Page {
  readonly url: string;
  close(): Promise<void>;
}

export async function openPage(ports: PagePorts & { port: number }): Promise<Page> {
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
