/** Whether a request was meant for this page: what a browser says of it must be an address of ours. */
import type { Socket } from "node:net";

const LOOPBACK = ["127.0.0.1", "::1"];

type LocalEnd = Pick<Socket, "localAddress" | "localPort">;

/**
 * `host` is the request's header. A name that somebody else's DNS points at us (rebinding) is not ours: only the address that the
 * connection came to is, or the name in the configuration.
 */
export function isOwnHost(host: string | undefined, { localAddress, localPort }: LocalEnd, configuredHost: string): boolean {
  if (host === undefined || localAddress === undefined || !URL.canParse(`http://${host}`)) return false;
  const { hostname, port } = new URL(`http://${host}`);
  if (Number(port || 80) !== localPort) return false;
  const address = localAddress.replace(/^::ffff:/, "");
  const name = hostname.replace(/^\[|\]$/g, "");
  return name === address || name === configuredHost || (name === "localhost" && LOOPBACK.includes(address));
}

/** A page elsewhere must not make a browser on this network speak to us. Without the header it is no page's request. */
export function isOwnOrigin(origin: string | undefined, host: string): boolean {
  if (origin === undefined) return true;
  // A page without an address of its own says `null`.
  return URL.canParse(origin) && new URL(origin).host === host;
}
