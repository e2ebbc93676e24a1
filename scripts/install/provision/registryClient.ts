/** The platform's registry, as the installer's tool asks it. */
import { CodedError } from "#protocol/errors/codedError.ts";
import { ERRORS, type ErrorCode } from "#protocol/errors/registry.ts";
import { REGISTRY_MAX_BYTES, type RegistryAnswer, type RegistryRequest, readAnswer, requestText } from "#protocol/install/registry.ts";
import type { Installer } from "#scripts/install/provision/installer.ts";

type Do = RegistryRequest["do"];
type Facts<D extends Do> = Omit<Extract<RegistryRequest, { do: D }>, "do" | "installer">;
type Answered<D extends Do> = Extract<RegistryAnswer, { do: D }>;

const PATIENCE_MS = 10_000;

/**
 * One signed request, and the platform's signed answer. Throws `provision.unreachable`, `provision.badAnswer`, and what the registry refuses
 * with. Every request may be made again.
 */
export async function askRegistry<D extends Do>(url: string, installer: Installer, action: D, facts: Facts<D>): Promise<Answered<D>> {
  const request = { do: action, installer: installer.id, ...facts } as unknown as RegistryRequest;
  const signature = Buffer.from(installer.signer.sign(requestText(request))).toString("base64");
  const body = JSON.stringify({ v: 1, request, signature });
  const answer = readAnswer(await posted(new URL(`/1/${request.do}`, url), body), request, installer.trust);
  if (answer.do === "refused") throw refusal(answer.code, answer.detail);
  if (answer.do !== request.do) throw new CodedError("provision.badAnswer", answer.do);
  return answer as Answered<D>;
}

async function posted(url: URL, body: string): Promise<unknown> {
  let text: string;
  try {
    const response = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE_MS), redirect: "error" });
    text = await response.text();
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : String(cause);
    throw new CodedError("provision.unreachable", `${url.origin}: ${reason}`, { cause });
  }
  if (text.length > REGISTRY_MAX_BYTES) throw new CodedError("provision.badAnswer", `${text.length} characters`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CodedError("provision.badAnswer", "no JSON", { cause });
  }
}

/** A newer registry may refuse with a code that this tool does not know. */
function refusal(code: string, detail: string): CodedError {
  return Object.hasOwn(ERRORS, code)
    ? new CodedError(code as ErrorCode, detail)
    : new CodedError("provision.badAnswer", `${code}: ${detail}`);
}
