/** Bugs as somebody might write them into the code that authorises: one small change each. */
export interface Bug {
  name: string;
  file: string;
  from: string;
  to: string;
}

const INTERLOCK: readonly Bug[] = [
  // An agent that overlooks the e-stop is told by what the chip opened for, and refused by it: the bar is what the rest stands on.
  {
    name: "a session that an e-stop cut is not barred",
    file: "simulator/chip/machine/contactor.ts",
    from: "opened(barred, by)",
    to: "opened(state, by)",
  },
  bug(
    "a latched fault is no hard cause",
    "interlock/transition",
    'return reading.fault === "none" ? undefined : reading.fault;',
    "return undefined;",
  ),
  bug("a newer policy lengthens a session", "interlock/transition", "Math.min(session.limitS, limits.limitS)", "limits.limitS"),
  bug(
    "a restart gives an ending session its contactor back",
    "interlock/transition",
    "return { ...state, silentSinceMonoMs: null };",
    "return outageFrom(state.session, now.chipMs, now, false);",
  ),
  bug("the button may be pressed any time", "interlock/atRest", "now.monoMs >= state.untilMonoMs", "now.monoMs < 0"),
  bug("no press is needed", "interlock/atRest", "input.startPresses !== state.pressesBefore", "input.startPresses >= 0"),
  bug(
    "a lock does not reach who waits for the button",
    "interlock/atRest",
    'if (input.type === "soft") return { state: { at: "locked" }, facts: [expired] };',
    "",
  ),
  bug("soft causes end nothing", "interlock/underLease", 'return { at: "ending", session', 'return { at: "energised", session'),
  bug("sessions have no end", "interlock/underLease", ">= session.limitS * 1000", ">= session.limitS * 100_000"),
  bug("idle machines stay closed", "interlock/underLease", ">= session.idleRelockS * 1000", ">= session.idleRelockS * 100_000"),
  bug("what ended is closed again", "interlock/underLease", 'state.at === "energised" && reading.openedBy', "reading.openedBy"),
  bug("every licence begins at once", "interlock/common", 'input.presence === "buttonNeeded"', 'input.presence === "never"'),
  bug("closed while the button is waited for", "interlock/order", 'awaitingStart: "open",', 'awaitingStart: "closed",'),
  bug("an ending session may close", "interlock/order", 'ending: "closedUntilArcOff",', 'ending: "closed",'),
];

const LICENSING: readonly Bug[] = [
  bug("revoked certificates count", "licensing/certificate", "if (certificate.suspended)", "if (false)"),
  bug(
    "any category will do",
    "licensing/certificate",
    "!coversCategory(certificate.categories, policy.category ?? facts.processCategory)",
    "false",
  ),
  bug("expiry is ignored", "licensing/certificate", "dayStartMs(certificate.expiryDay + 1)", "dayStartMs(certificate.expiryDay + 400)"),
  bug(
    "the review date is ignored",
    "licensing/certificate",
    "dayStartMs(certificate.reviewDay + 1)",
    "dayStartMs(certificate.reviewDay + 400)",
  ),
  bug("the list's age is ignored", "licensing/certificate", "return atMs >= staleMs ?", "return atMs < 0 ?"),
  bug(
    "every credential is younger than the list",
    "licensing/certificate",
    "credential.issuedMs > listIssuedMs",
    "credential.issuedMs > 0",
  ),
  bug(
    "a younger credential makes a revoked certificate good",
    "licensing/certificate",
    "!entry.suspended && !isGood(entry)",
    "!isGood(entry)",
  ),
  bug("once is for ever", "licensing/decide", "scan.usedOnce && isYoung", "scan.usedOnce && !isYoung"),
  bug("machines bound to welders serve all", "licensing/binding", "binding.handles.includes(handle) ?", "binding.handles.length > 0 ?"),
  bug("a loan never ends", "licensing/binding", "if (atMs >= binding.untilMs)", "if (atMs < 0)"),
  bug("a permit serves any welder", "licensing/permit", "welders.length === 0 ||", "welders.length >= 0 ||"),
  bug("a permit never ends", "licensing/permit", "return atMs < last.untilMs ? last", "return atMs > 0 ? last"),
  bug("anywhere is here", "licensing/place", "distanceM(place, bound) <= bound.radiusM", "distanceM(place, bound) >= 0"),
  bug(
    "an old check-list will do",
    "licensing/decide",
    "checkList?.required && checklistVersion !== checkList.version",
    "checkList?.required && checklistVersion > checkList.version",
  ),
  bug("one may guard oneself", "licensing/guardian", "guardian === null || guardian.handle === welder", "guardian === null"),
  bug("an older policy rules again", "licensing/decide", "policy.version < scan.policyFloor", "policy.version < 0"),
  bug("retired machines work", "licensing/decide", 'if (policy.machineClass === "retired")', 'if (policy.machineClass === "never")'),
];

const PASSES: readonly Bug[] = [
  bug(
    "a challenge is good for any number of answers",
    "pass/desk",
    "return { ...desk, open, used: [used, ...desk.used].slice(0, USED_MAX) };",
    "return desk;",
  ),
  bug(
    "a challenge lives ten times as long",
    "pass/desk",
    "return madeMonoMs + CHALLENGE_LIFE_MS - monoMs;",
    "return madeMonoMs + 10 * CHALLENGE_LIFE_MS - monoMs;",
  ),
  bug("another machine's answer is taken", "pass/desk", "if (mark.machine !== desk.machine)", 'if (mark.machine === "")'),
  bug("another machine's grant is taken", "pass/grants", "if (grant.device !== device)", 'if (grant.device === "")'),
  bug("a grant never expires", "pass/grants", "time.earliestMs >= grant.expiryS * 1000", "time.earliestMs < 0"),
  bug("a grant works twice", "pass/grants", "grant.counter <= lastGrantCounter", "grant.counter < lastGrantCounter"),
  bug("a grant is for any work", "pass/grants", "(grant.categories & requiredMask) !== 0", "grant.categories !== 0"),
  bug("the counter of grants is not kept", "machine/scan", "state: { ...draft.state, lastGrantCounter }", "state: draft.state"),
  bug(
    "a grant needs no button",
    "machine/scan",
    'if (pass === null || pass.way === "grant") return false;',
    "if (pass === null) return false;",
  ),
  bug("a distant guardian needs no button", "machine/scan", 'guardian === null || guardScan?.way !== "grant"', "true"),
];

export const BUGS: readonly Bug[] = [...INTERLOCK, ...LICENSING, ...PASSES];

function bug(name: string, file: string, from: string, to: string): Bug {
  return { name, file: `agent/core/${file}.ts`, from, to };
}
