/** Scans as a phone makes them: at the machine's own page, or through the platform. */
import { z } from "zod";
import { type Challenge, decodeChallenge } from "#protocol/pass/challenge.ts";
import { answerTo, type Phone, platformRequest, USUAL_WISHES } from "#simulator/phone/phone.ts";
import { callControl } from "#simulator/platform/control.ts";

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

const ShownChallenge = z.looseObject({ challenge: z.string() });

export type Asked = { challenge: Challenge } | { refused: ScanAnswer };

/** The challenge of a machine, or the page's refusal. Rejects when the page does not answer in the agreed shape. */
export async function challengeAtPage(page: string, machine: string): Promise<Asked> {
  const url = new URL("/api/challenge", page);
  url.searchParams.set("machine", machine);
  const { text, body } = await answerOf(url, {});
  const shown = ShownChallenge.safeParse(body);
  return shown.success ? { challenge: decodeChallenge(shown.data.challenge) } : { refused: scanAnswer(page, text, body) };
}

/** `POST {page}/api/response`. Rejects when the page does not answer in the agreed shape. */
export async function postResponse(page: string, machine: string, response: string): Promise<ScanAnswer> {
  const { text, body } = await answerOf(new URL("/api/response", page), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ machine, response }),
  });
  return scanAnswer(page, text, body);
}

/** Fetches the challenge, signs it, posts the response. */
export async function scanAtPage(page: string, machine: string, phone: Phone, wishes = USUAL_WISHES): Promise<ScanAnswer> {
  const asked = await challengeAtPage(page, machine);
  return "challenge" in asked ? postResponse(page, machine, answerTo(asked.challenge, phone, wishes)) : asked.refused;
}

/** Asks the platform for a grant. Who decides is the machine, so that there is no answer but the command's id. */
export async function scanThroughPlatform(controlPath: string, machine: string, phone: Phone, wishes = USUAL_WISHES): Promise<string> {
  const answer = await callControl(controlPath, platformRequest(machine, phone, wishes));
  if (!answer.ok) throw new Error(answer.error);
  return answer.id ?? "";
}

async function answerOf(url: URL, init: RequestInit): Promise<{ text: string; body: unknown }> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  const text = (await response.text()).slice(0, MAX_ANSWER_CHARACTERS);
  return { text: `${response.status}: ${text}`, body: jsonOrUndefined(text) };
}

function scanAnswer(page: string, text: string, body: unknown): ScanAnswer {
  const answer = ScanAnswer.safeParse(body);
  if (!answer.success) throw new Error(`${page} answered ${text.slice(0, 200)}`);
  return answer.data;
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
