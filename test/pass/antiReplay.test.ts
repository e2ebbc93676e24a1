/**
 * Requirement 5: 100,000 replays, screenshots, other machines' and stale answers and spent grants, over restarts of the agent. Everything
 * behind page and broker is real: desks, signatures, licence, journal and checkpoints. Replay with SEED=… in the environment.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { decodeBase45, encodeBase45 } from "#protocol/pass/base45.ts";
import { decodeCbor, encodeCbor } from "#protocol/pass/cbor.ts";
import { type Challenge, encodeMark, markOf } from "#protocol/pass/challenge.ts";
import { encodeResponse } from "#protocol/pass/response.ts";
import { seededRandom } from "#test/list/fixtures.ts";
import { HANDLE, START_UTC_MS } from "#test/machine/fixtures.ts";
import { credentialOf, phoneOf, WISHES } from "#test/pass/passes.ts";
import { type Gate, grantText, MACHINE, OTHER_MACHINE, openGate } from "#test/runtime/gate.ts";

const ATTEMPTS = 100_000;
const PATIENCE_MS = 600_000;
const SEED = Number(process.env.SEED ?? 0xa77a);
const MACHINES = [MACHINE, OTHER_MACHINE];
const KEPT_MAX = 64;
const PHONE = phoneOf("ed25519");
const STOLEN_BY = phoneOf("ed25519", 2);
const CREDENTIAL = credentialOf(PHONE, HANDLE);
const random = seededRandom(SEED);
const below = (limit: number) => Math.floor(random() * limit);
const oneOf = <T>(from: readonly T[]): T => from[below(from.length)] as T;

interface Kept {
  device: string;
  text: string;
}

let gate: Gate;
/** Answers that were used or are out of date, and grants that were decided on. */
const spent: Kept[] = [];
const grants: Kept[] = [];
const signed = new Map<string, { nonce: string; text: string }>();
let grantCounter = 0;
const tally = { attempts: 0, accepted: 0, honest: 0, honestlyOpened: 0, restarts: 0 };
const codes = new Map<string, number>();

beforeAll(async () => {
  gate = await openGate(SEED);
});
afterAll(() => gate.close());

function answer(challenge: Challenge, phone = PHONE): string {
  return encodeResponse(CREDENTIAL, challenge, WISHES, phone.signer);
}

function keep(into: Kept[], kept: Kept): void {
  into.push(kept);
  if (into.length > KEPT_MAX) into.splice(below(into.length), 1);
}

async function honest(device: string): Promise<void> {
  const text = answer(gate.challenge(device));
  const { allowed, code } = await gate.scans.respond(device, text, "page");
  tally.honest += 1;
  if (allowed) tally.honestlyOpened += 1;
  else expect(code, `SEED=${SEED}`).toMatch(/^licence\./);
  keep(spent, { device, text });
}

async function honestGrant(device: string): Promise<void> {
  const nowS = Math.floor((START_UTC_MS + gate.nowMs) / 1000);
  grantCounter += 1;
  const text = grantText({ device, counter: grantCounter, notBeforeS: nowS - 30, expiryS: nowS + 86_400 });
  const { allowed, code } = await gate.grant(device, text);
  tally.honest += 1;
  if (allowed) tally.honestlyOpened += 1;
  else expect(code, `SEED=${SEED}`).toMatch(/^licence\./);
  keep(grants, { device, text });
}

/** An answer that nobody sent while it was good. */
function hoard(device: string): void {
  const text = answer(gate.challenge(device));
  gate.nowMs += 30_000;
  keep(spent, { device, text });
}

/** A spent answer under the mark of the challenge that is open now. */
function marked(text: string, device: string): string {
  const [header, unprotected, payload, signature] = decodeCbor(decodeBase45(text.slice(5))) as [
    Uint8Array,
    Map<number, unknown>,
    Uint8Array,
    Uint8Array,
  ];
  const claims = new Map(decodeCbor(payload) as Map<number, unknown>).set(3, encodeMark(markOf(gate.challenge(device))));
  return `AG1R:${encodeBase45(encodeCbor([header, unprotected, encodeCbor(claims), signature]))}`;
}

function attack(device: string): Promise<{ allowed: boolean; code?: string }> {
  const other = device === MACHINE ? OTHER_MACHINE : MACHINE;
  const way = oneOf(["page", "scanner"] as const);
  const respond = (text: string) => gate.scans.respond(device, text, way);
  const dice = below(100);
  if (dice < 75) return respond(oneOf(spent).text);
  if (dice < 79) return gate.grant(device, oneOf(grants).text);
  if (dice < 89) return respond(presentAnswer(other));
  if (dice < 94) return respond(CREDENTIAL);
  if (dice < 97) return respond(marked(oneOf(spent).text, device));
  return respond(answer(gate.challenge(device), STOLEN_BY));
}

/** Signed once for each challenge. */
function presentAnswer(device: string): string {
  const challenge = gate.challenge(device);
  const held = signed.get(device);
  if (held?.nonce === challenge.nonce) return held.text;
  const text = answer(challenge);
  signed.set(device, { nonce: challenge.nonce, text });
  return text;
}

it(
  `${ATTEMPTS} attempts: none is accepted, and honest welders get in between them`,
  async () => {
    for (const device of MACHINES) {
      await honest(device);
      await honestGrant(device);
    }
    while (tally.attempts < ATTEMPTS) {
      gate.nowMs += below(200);
      const dice = below(2_000);
      const device = oneOf(MACHINES);
      if (dice < 20) await honest(device);
      else if (dice < 30) await honestGrant(device);
      else if (dice < 40) hoard(device);
      else if (dice < 41) {
        await gate.restart();
        tally.restarts += 1;
      } else {
        const { allowed, code } = await attack(device);
        tally.attempts += 1;
        if (allowed) tally.accepted += 1;
        codes.set(code ?? "allowed", (codes.get(code ?? "allowed") ?? 0) + 1);
        expect(allowed, `SEED=${SEED}, attempt ${tally.attempts}`).toBe(false);
      }
    }
    expect(tally.accepted).toBe(0);
    expect(tally.restarts).toBeGreaterThan(20);
    expect(tally.honestlyOpened).toBeGreaterThan(tally.honest / 2);
    for (const code of ["pass.replayed", "pass.staleChallenge", "pass.otherMachine", "pass.bareCredential", "pass.badHolderSignature"]) {
      expect(codes.get(code), `${code}, SEED=${SEED}`).toBeGreaterThan(1_000);
    }
    expect([...codes.keys()].filter((code) => !code.startsWith("pass."))).toEqual([]);
  },
  PATIENCE_MS,
);
