/** Looks whether a broker answers, and whether both ends accept each other's certificates, without disturbing the agent's session. */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { rejectionText } from "#agent/shell/mqtt/brokerAnswer.ts";
import { readTls, type TlsFiles } from "#agent/shell/mqtt/tlsFiles.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { codeIn } from "#protocol/errors/explain.ts";

const ANSWER_WAIT_MS = 5_000;
/** With TLS 1.3 a broker refuses our certificate only after the handshake: so long nothing must come. */
const REFUSAL_WAIT_MS = 500;
const TLS_PROTOCOLS: readonly string[] = ["mqtts:", "ssl:"];

/** Resolves with what was found; rejects with a CodedError of the area `sync`. */
export async function probeBroker(url: string, files: TlsFiles = {}): Promise<string> {
  const { hostname, port, protocol } = new URL(url);
  const isTls = TLS_PROTOCOLS.includes(protocol);
  const place = { host: hostname, port: Number(port) || (isTls ? 8883 : 1883), timeout: ANSWER_WAIT_MS };
  const texts = isTls ? readTls(files) : {};
  return new Promise((resolve, reject) => {
    const socket: Socket = isTls ? connectTls({ ...place, ...texts, ...servername(hostname) }) : connect(place);
    const fail = (error: Error) => {
      socket.destroy();
      const reason = rejectionText(error);
      reject(new CodedError(codeIn(reason) ?? "sync.offline", `${url}: ${error.message}`, { cause: error }));
    };
    const succeed = () => {
      socket.destroy();
      resolve(isTls ? `${url}, TLS` : url);
    };
    socket.once("error", fail);
    socket.once("timeout", () => fail(new Error(`no answer in ${ANSWER_WAIT_MS} ms`)));
    socket.once(isTls ? "secureConnect" : "connect", () => (isTls ? setTimeout(succeed, REFUSAL_WAIT_MS) : succeed()));
    // A refusal comes as data that is an alert: it is read only by somebody who listens.
    socket.resume();
  });
}

function servername(host: string): { servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}
