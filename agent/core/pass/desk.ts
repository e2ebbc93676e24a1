/**
 * The challenge desk of one machine: hands challenges out, knows which are open, and takes each answer once. In memory only: what an
 * earlier process handed out is dead. Specification: Pass, Challenge and Response.
 */
import { type Challenge, type ChallengeMark, machineMark, markOf } from "#protocol/pass/challenge.ts";

/** A challenge is good for so long … */
export const CHALLENGE_LIFE_MS = 30_000;
/** … and whoever asks for one has at least so long to answer. */
export const CHALLENGE_SHOWN_MS = 15_000;
/** Used ones that are remembered, to tell a replay from what is out of date. Neither opens anything. */
const USED_MAX = 32;

interface OpenChallenge {
  challenge: Challenge;
  mark: ChallengeMark;
  madeMonoMs: number;
}

export interface DeskState {
  device: string;
  machine: string;
  bootId: number;
  counter: number;
  /** Oldest first; two at most, for one is made only when the last has less than half of its life left. */
  open: OpenChallenge[];
  /** Nonce marks, newest first. */
  used: string[];
}

export type DeskRefusal = "pass.otherMachine" | "pass.replayed" | "pass.staleChallenge";

export function openDesk(device: string, bootId: number): DeskState {
  return { device, machine: machineMark(device), bootId, counter: 0, open: [], used: [] };
}

/** The challenge to show now. `nonce` is 16 random bytes in hex, for the case that a new one is needed. */
export function presentChallenge(
  desk: DeskState,
  nonce: string,
  monoMs: number,
): { desk: DeskState; challenge: Challenge; remainingMs: number } {
  const open = desk.open.filter((held) => remaining(held, monoMs) > 0);
  const last = open.at(-1);
  if (last && remaining(last, monoMs) >= CHALLENGE_SHOWN_MS) {
    return { desk: { ...desk, open }, challenge: last.challenge, remainingMs: remaining(last, monoMs) };
  }
  const counter = desk.counter + 1;
  const challenge: Challenge = { device: desk.device, nonce, counter, bootId: desk.bootId };
  const made = { challenge, mark: markOf(challenge), madeMonoMs: monoMs };
  return { desk: { ...desk, counter, open: [...open, made] }, challenge, remainingMs: CHALLENGE_LIFE_MS };
}

/** The open challenge that a response means. Its signature has still to prove it. */
export function meantChallenge(desk: DeskState, mark: ChallengeMark, monoMs: number): Challenge | DeskRefusal {
  if (mark.machine !== desk.machine) return "pass.otherMachine";
  if (desk.used.includes(mark.nonce)) return "pass.replayed";
  const held = desk.open.find((candidate) => candidate.mark.nonce === mark.nonce);
  return held && remaining(held, monoMs) > 0 ? held.challenge : "pass.staleChallenge";
}

/** Takes a challenge that was answered out of use, whatever the licence decision will be. */
export function useChallenge(desk: DeskState, { counter, nonce }: Challenge): DeskState {
  const open = desk.open.filter(({ challenge }) => challenge.counter !== counter);
  const { nonce: used } = markOf({ device: desk.device, nonce, counter, bootId: desk.bootId });
  return { ...desk, open, used: [used, ...desk.used].slice(0, USED_MAX) };
}

function remaining({ madeMonoMs }: OpenChallenge, monoMs: number): number {
  return madeMonoMs + CHALLENGE_LIFE_MS - monoMs;
}
