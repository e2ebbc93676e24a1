/** Who may do what at the embedded broker: a module that comes with a certificate speaks for its own devices alone. */
import { createServer, TLSSocket, type TlsOptions } from "node:tls";
import type { AedesOptions, Client } from "aedes";
import { parseTopic } from "#protocol/topics.ts";
import type { Endpoint } from "#simulator/platform/endpoint.ts";

export interface Door {
  readonly at: Endpoint;
  /** PEM. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** May the module that came with this certificate (its name; SHA-256 as `AB:CD:…`) speak for the device? */
  mayAct(name: string, fingerprint: string, device: string): boolean;
}

type Rules = Required<Pick<AedesOptions, "authorizePublish" | "authorizeSubscribe">>;

/** TLS, and nobody without a certificate of the authority. A void one is let in, and may do nothing. */
export function createDoor({ ca, cert, key }: Door, admit: (socket: TLSSocket) => void): ReturnType<typeof createServer> {
  const options: TlsOptions = { ca, cert, key, requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.2" };
  return createServer(options, admit);
}

/** Whoever came without TLS is held to nothing, as in development. */
export function doorRules({ mayAct }: Pick<Door, "mayAct">): Rules {
  const allows = (client: Client | null, topic: string, direction: "up" | "down"): boolean => {
    if (client === null || !(client.conn instanceof TLSSocket)) return true;
    // A filter for all of a device's channels is as good as each of them.
    const parsed = parseTopic(topic.replace(/\/down\/\+$/, "/down/ack"));
    const { name, fingerprint } = certificateOf(client.conn);
    return parsed?.direction === direction && mayAct(name, fingerprint, parsed.device);
  };
  return {
    authorizePublish: (client, { topic }, done) => done(allows(client, topic, "up") ? null : new Error(`not to be published: ${topic}`)),
    authorizeSubscribe: (client, subscription, done) => done(null, allows(client, subscription.topic, "down") ? subscription : null),
  };
}

function certificateOf(socket: TLSSocket): { name: string; fingerprint: string } {
  const certificate = socket.getPeerX509Certificate();
  const name = /^CN=([0-9A-Z]{20})$/.exec(certificate?.subject ?? "")?.[1] ?? "";
  return { name, fingerprint: certificate?.fingerprint256 ?? "" };
}
