/** What a person does who wants to weld without being there, or without a certificate: the attack table, as far as a phone can try it. */
import { setTimeout as delay } from "node:timers/promises";
import type { Challenge } from "#protocol/pass/challenge.ts";
import { encodeResponse } from "#protocol/pass/response.ts";
import { parsePersonName } from "#simulator/people.ts";
import { answerTo, type Phone, phoneOf, USUAL_WISHES } from "#simulator/phone/phone.ts";
import { challengeAtPage, postResponse, type ScanAnswer } from "#simulator/phone/scan.ts";

interface Cheat {
  readonly zh: string;
  readonly en: string;
  /** The answer to the attempt that must not succeed. */
  attempt(scene: CheatScene): Promise<ScanAnswer>;
}

export interface CheatScene {
  readonly page: string;
  readonly machine: string;
  /** The person with whose certificate it is tried. */
  readonly phone: Phone;
  readonly platformData: string;
  /** Another machine of the same page. */
  readonly from: string | undefined;
  /** How long a stale answer is held back. */
  readonly waitMs: number;
}

export const CHEATS = {
  replay: {
    zh: "重放：同一应答再用一次",
    en: "the same response a second time",
    attempt: async (scene) => {
      const response = answerTo(await challengeOf(scene), scene.phone);
      await post(scene, response);
      return post(scene, response);
    },
  },
  screenshot: {
    zh: "截图：只出示证书",
    en: "a photograph of the certificate",
    attempt: (scene) => post(scene, scene.phone.credential),
  },
  otherMachine: {
    zh: "换机：用另一台焊机（--from）的验证码",
    en: "an answer to another machine's challenge (--from)",
    attempt: async (scene) => {
      if (scene.from === undefined) throw new RangeError("缺少参数 / missing --from (--help)");
      return post(scene, answerTo(await challengeOf({ ...scene, machine: scene.from }), scene.phone));
    },
  },
  staleChallenge: {
    zh: "过期：压住应答超过 30 秒（--wait）",
    en: "an answer held back for more than 30 s (--wait)",
    attempt: async (scene) => {
      const response = answerTo(await challengeOf(scene), scene.phone);
      await delay(scene.waitMs);
      return post(scene, response);
    },
  },
  forgedHolder: {
    zh: "伪造：签名改动一位",
    en: "a forged signature of the holder",
    attempt: async (scene) => {
      const challenge = await challengeOf(scene);
      const sign = (message: Uint8Array) => lastBitFlipped(scene.phone.signer.sign(message));
      return post(scene, answerTo(challenge, { ...scene.phone, signer: { ...scene.phone.signer, sign } }));
    },
  },
  borrowed: {
    zh: "借证：别人的证书，自己的手机",
    en: "somebody's certificate in another person's phone",
    attempt: async (scene) => {
      const { signer } = phoneOf(parsePersonName("unknown"), scene.platformData);
      return post(scene, answerTo(await challengeOf(scene), { ...scene.phone, signer }));
    },
  },
  altered: {
    zh: "篡改：签名后改长作业时间",
    en: "a longer session written in after signing",
    attempt: async (scene) => {
      const { credential, signer } = scene.phone;
      const challenge = await challengeOf(scene);
      let signature: Uint8Array = new Uint8Array();
      const keep = (message: Uint8Array) => {
        signature = signer.sign(message);
        return signature;
      };
      encodeResponse(credential, challenge, { ...USUAL_WISHES, maxSessionS: 60 }, { ...signer, sign: keep });
      return post(scene, encodeResponse(credential, challenge, USUAL_WISHES, { ...signer, sign: () => signature }));
    },
  },
} as const satisfies Record<string, Cheat>;

export type CheatName = keyof typeof CHEATS;
export const CHEAT_NAMES = Object.keys(CHEATS) as CheatName[];

/** Throws a RangeError that names every cheat there is. */
export function parseCheatName(text: string): CheatName {
  const name = CHEAT_NAMES.find((known) => known === text);
  if (name === undefined) throw new RangeError(`没有此作弊方式 / no such cheat ${text.slice(0, 40)}: ${CHEAT_NAMES.join(", ")}`);
  return name;
}

async function challengeOf({ page, machine }: CheatScene): Promise<Challenge> {
  const asked = await challengeAtPage(page, machine);
  if ("challenge" in asked) return asked.challenge;
  throw new Error(`${asked.refused.zh} / ${asked.refused.en}`);
}

function post({ page, machine }: CheatScene, text: string): Promise<ScanAnswer> {
  return postResponse(page, machine, text);
}

function lastBitFlipped(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte));
}
