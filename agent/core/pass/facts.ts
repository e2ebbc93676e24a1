/** What a verified response or grant says to the licence decision. */
import type { PassFacts } from "#agent/core/licensing/pass.ts";
import type { Verified } from "#protocol/crypto.ts";
import type { PassWishes } from "#protocol/pass/claims.ts";
import type { Grant } from "#protocol/pass/grant.ts";
import type { HolderResponse } from "#protocol/pass/response.ts";

export function passOfResponse({ credential, wishes }: Verified<HolderResponse>, way: "page" | "scanner"): PassFacts {
  const { handle, categories, notBeforeDay, expiryDay, reviewDay, issuedS } = credential;
  const facts = { categories, notBeforeDay, expiryDay, reviewDay, issuedMs: issuedS * 1000 };
  return { handle, credential: facts, way, ...wished(wishes) };
}

export function passOfGrant({ handle, wishes }: Verified<Grant>): PassFacts {
  return { handle, credential: null, way: "grant", ...wished(wishes) };
}

function wished({ purpose, maxSessionS, checklistVersion, place }: PassWishes) {
  return { purpose, maxSessionS, checklistVersion, place };
}
