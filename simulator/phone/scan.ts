/** Scans as a phone makes them: at the machine's own page, or through the platform. */
import { z } from "zod";
import { type PersonName, parsePersonName } from "#simulator/people.ts";
import { callControl } from "#simulator/platform/control.ts";
import { issueCredential } from "#simulator/platform/credentialIssuer.ts";
import { readCurrentList } from "#simulator/platform/currentList.ts";
import { readKeys } from "#simulator/platform/keys.ts";

const ANSWER_TIMEOUT_MS = 10_000;
const MAX_ANSWER_CHARACTERS = 16_384;

/** What the agent's page says to a scan. Members beyond these are kept. */
const ScanAnswer = z.looseObject({
  allowed: z.boolean(),
  code: z.string().nullish(),
  zh: z.string(),
  en: z.string(),
});
export type ScanAnswer = z.infer<typeof ScanAnswer>;

/** The pass that this person's phone shows, signed with the keys of the platform whose data folder is given. */
export function passOf(name: PersonName, platformDataDir: string): string {
  const list = readCurrentList(platformDataDir);
  if (list === undefined) throw new Error(`平台尚未签发名单 / the platform has issued no list yet: ${platformDataDir}`);
  return issueCredential(name, { issuer: readKeys(platformDataDir).key("credential"), listIssuedMs: list.issuedMs });
}

/** `POST {page}/api/scan`. Rejects when the page does not answer in the agreed shape. */
export async function scanAtPage(page: string, machine: string, credential: string): Promise<ScanAnswer> {
  const response = await fetch(new URL("/api/scan", page), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ machine, credential }),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  const text = (await response.text()).slice(0, MAX_ANSWER_CHARACTERS);
  const answer = ScanAnswer.safeParse(jsonOrUndefined(text));
  if (!answer.success) throw new Error(`${page} answered ${response.status}: ${text.slice(0, 200)}`);
  return answer.data;
}

/** Asks the platform to send the scan down. Who decides is the machine, so that there is no answer but the command's id. */
export async function scanThroughPlatform(controlPath: string, machine: string, as: string): Promise<string> {
  const answer = await callControl(controlPath, { do: "scan", device: machine, as: parsePersonName(as) });
  if (!answer.ok) throw new Error(answer.error);
  return answer.id ?? "";
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
