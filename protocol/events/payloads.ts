/** Payload schemas of the event dictionary. Strict: a member that the dictionary does not name is refused. */
import { z } from "zod";
import { LANES } from "#protocol/events/event.ts";
import { FILE_KINDS } from "#protocol/events/messages.ts";

const handle = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .describe("Certificate handle, 16 random bytes in hex: no personal data");
const code = z.string().max(64);
const amps = z.number().min(-5000).max(5000);
const volts = z.number().min(-1000).max(1000);
const ms = z.number().min(0).max(1e13);
const count = z.number().int().min(0).max(0xffff_ffff);
const seq = z.number().int().min(0).max(0xffff_ffff);
const quantity = z.number().min(0).max(1e12);
const unixMs = z.number().int().min(0).max(1e14);
const none = z.strictObject({});

/** Windows around a finding, the newest last: at most three seconds of them. */
const columnOf = <T extends z.ZodType>(cell: T) => z.array(cell).max(40);
const evidence = z.strictObject({
  windowMs: ms,
  firstSeq: seq,
  runs: columnOf(count),
  flags: columnOf(z.number().int().min(0).max(7)).describe("1 contactor closed, 2 sensor missing, 4 no reading"),
  volts: columnOf(volts),
  amps: columnOf(amps),
  peakAmps: columnOf(amps),
  arcMs: columnOf(ms),
  shorts: columnOf(count),
});
/** What was measured against which threshold, in the unit that `quantity` names. */
const measure = {
  atMs: ms,
  forMs: ms,
  quantity: z.enum(["volts", "amps", "ms", "shortsPerS", "sessions"]),
  measured: z.number(),
  threshold: z.number(),
  evidence,
};

const weldTotals = {
  arcs: count,
  arcMs: ms,
  strikes: count,
  shorts: count,
  shortMs: ms,
  stuckMs: ms,
  noLoadMs: ms,
  chargeAmpereSeconds: quantity,
  energyJoules: quantity,
};

/** Of every decision: what it was decided on. */
const decided = {
  /** Null: there was no pass in what was shown. */
  way: z.enum(["page", "scanner", "grant"]).nullable(),
  purpose: z.enum(["start", "guard"]),
  category: z.string().max(32),
  /** Of the list's base; 0: there was no list. */
  listVersion: count,
  /** Of the overlay that was asked before the base; 0: there was none. */
  overlayVersion: count,
  policyVersion: count,
  /** Of the check-list that the pass acknowledges; 0: none. */
  checkListVersion: count,
  earliestMs: unixMs,
  latestMs: unixMs.nullable(),
  /** The same, signed by the device: a COSE_Sign1 (README, Receipts) in base64. Missing only when the device had no key to sign with. */
  receipt: z.base64().max(700).optional(),
};

export const PAYLOADS = {
  scanAllowed: z.strictObject({
    handle,
    rule: code,
    ...decided,
    /** What an enforced machine would have refused it for. */
    wouldRefuse: code.nullable(),
    permit: z.string().max(64).nullable(),
    guardian: handle.nullable(),
    limitS: count,
    idleRelockS: count,
    endsBy: code.nullable(),
    endsMs: unixMs.nullable(),
  }),
  scanDenied: z.strictObject({ handle: handle.nullable(), code, ...decided }),
  sessionStarted: z.strictObject({ handle, sessionLimitS: count, idleRelockS: count }),
  sessionEnded: z.strictObject({ handle, cause: code, durationMs: ms, ...weldTotals }),
  startAwaited: z.strictObject({ handle, withinMs: ms }),
  startExpired: z.strictObject({ handle }),
  sessionEndingSoon: z.strictObject({ handle, cause: code, inS: count }),
  policyActivated: z.strictObject({ version: count, machineClass: code }),
  policyRefused: z.strictObject({ code, detail: z.string().max(256) }),
  fileActivated: z.strictObject({ file: z.enum(FILE_KINDS), version: count, sha256: z.string().max(64) }),
  fileRefused: z.strictObject({ file: z.enum(FILE_KINDS), code, detail: z.string().max(256) }),

  arc: z.strictObject({
    startMs: ms,
    endMs: ms,
    arcMs: ms,
    meanAmps: amps,
    meanVolts: volts,
    peakAmps: amps,
    strikes: count,
    shorts: count,
    shortMs: ms,
    chargeAmpereSeconds: quantity,
    energyJoules: quantity,
    ending: z.enum(["off", "stuck", "opened", "missing"]),
  }),
  windows: z.strictObject({
    windowMs: ms,
    firstSeq: seq,
    runs: z.array(count).max(1000),
    volts: z.array(volts).max(1000),
    amps: z.array(amps).max(1000),
    peakAmps: z.array(amps).max(1000),
    arcMs: z.array(ms).max(1000),
    shorts: z.array(count).max(1000),
  }),
  /** In place of the payloads of `rows` events from `fromSeq` to `toSeq` of this lane: each window is within the errors of the lines. */
  windowsThinned: z.strictObject({
    fromSeq: z.number().int().min(0),
    toSeq: z.number().int().min(0),
    rows: count,
    method: z.enum(["swingingDoor"]),
    limitAmps: amps,
    limitVolts: volts,
    errorAmps: amps.describe("Largest distance of a window's mean from the line, as it was"),
    errorVolts: volts,
    windowMs: ms,
    firstSeq: z.array(seq).max(1000).describe("First window of each stretch without a gap"),
    windows: z.array(count).max(1000),
    arcMs: z.array(ms).max(1000).describe("Exact, as the shorts and the peaks"),
    shorts: z.array(count).max(1000),
    peakAmps: z.array(amps).max(1000),
    ampsAt: z.array(seq).max(4000).describe("Windows at which the line has a point; straight between two of a stretch"),
    amps: z.array(amps).max(4000),
    voltsAt: z.array(seq).max(4000),
    volts: z.array(volts).max(4000),
  }),
  stuckElectrode: z.strictObject({ startMs: ms, endMs: ms, meanAmps: amps }),
  dutyCycleExceeded: z.strictObject({
    atMs: ms,
    dutyCycle: z.number().min(0).max(1),
    allowedDutyCycle: z.number().min(0).max(1),
    meanAmps: amps,
  }),
  unaccounted: z.strictObject({
    reason: code,
    windows: count,
    arcMs: z.number(),
    chargeAmpereSeconds: z.number(),
    energyJoules: z.number(),
    strikes: z.number().int(),
    shorts: z.number().int(),
  }),

  specialPeriodHotWork: z.strictObject({ handle, period: z.string().max(64) }),
  certificateNearExpiry: z.strictObject({ handle, expiresMs: unixMs, daysLeft: z.number().int() }),
  certificateExpired: z.strictObject({ handle, expiredMs: unixMs }),
  suspectedModifiedWelder: z.strictObject({
    reason: z.enum([
      "currentWhileOpen",
      "voltageWhileOpen",
      "currentBypassesSensor",
      "openCircuitVoltageShifted",
      "loadLineShifted",
      "shortRateShifted",
    ]),
    ...measure,
  }),
  remoteScan: z.strictObject({ handle, reason: code }),
  abnormalOperation: z.strictObject({ reason: z.enum(["energisedTooLong", "startsWithoutArc"]), ...measure }),
  currentWhileOpen: z.strictObject({ evidence }),
  weldedContact: z.strictObject({ evidence }),
  mirrorDisagrees: z.strictObject({ evidence }),
  sensorMissing: z.strictObject({ evidence }),
  frozenReading: z.strictObject({ channel: z.enum(["voltage", "current"]), startMs: ms, endMs: ms, withdrawnArcMs: ms }),
  reversedSensor: z.strictObject(measure),
  voltageWithoutCurrent: z.strictObject(measure),
  sensorShorted: z.strictObject({ reason: z.enum(["voltageStaysZero", "bothFellToZero", "noLoadVoltageMissing"]), ...measure }),
  eStop: z.strictObject({ pressed: z.boolean() }),
  enclosureOpened: none,
  leaseLost: z.strictObject({ silentMs: ms }),
  wouldBeRefused: z.strictObject({ handle, code }),
  credentialNewerThanList: z.strictObject({ handle, listVersion: count, overlayVersion: count }),

  agentStarted: z.strictObject({ version: z.string().max(32), resumedSession: z.boolean() }),
  agentStopped: z.strictObject({ reason: code }),
  chipAdopted: z.strictObject({ uid: z.string().max(64), firmware: z.string().max(32), bootId: z.string().max(64), windowMs: ms }),
  chipLost: z.strictObject({ code }),
  chipFound: z.strictObject({ silentMs: ms }),
  chipReplaced: z.strictObject({ uid: z.string().max(64) }),
  foreignDevice: z.strictObject({ code, detail: z.string().max(256) }),
  /**
   * What the card damaged, and how much of the lane still verified; `next` is the hash from which the event after `toSeq` goes on. `mirror`:
   * the record is not the one whose head (`toSeq`, `next`) the chip has mirrored, from `fromSeq` on; nothing is set aside.
   */
  journalDamaged: z.strictObject({
    part: z.enum(["file", "device", "cursor", "checkpoint", "value", "deadLetter", "rows", "hash", "mirror"]),
    lane: z.enum(["legal", "telemetry"]).nullable(),
    fromSeq: z.number().int().min(1).nullable(),
    toSeq: z.number().int().min(1).nullable(),
    kept: count,
    next: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
    setAside: z.string().max(128),
  }),
  updateConfirmed: z.strictObject({ from: z.string().max(32), to: z.string().max(32) }),
  /** `runs`: what runs instead. */
  updateFailed: z.strictObject({ version: z.string().max(32), runs: z.string().max(32), code }),
  windowsLost: z.strictObject({ fromSeq: seq, count }),
  offlineBudgetLow: z.strictObject({ poweredHours: count, boots: count, starts: count }),
  storageFilling: z.strictObject({ usedPercent: count, startsRefused: z.boolean() }),
  platformReached: z.strictObject({ offlineMs: ms }),
  recordsRefused: z.strictObject({
    lane: z.enum(LANES),
    count: count.min(1),
    fromSeq: seq.min(1),
    toSeq: seq.min(1),
    digest: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  /**
   * In the place of a record that could never be written: its name (or `checkpoint`: a machine's state), why, and a digest of what it was to
   * hold. `others`: how many more were set aside since this was last said, untold one by one.
   */
  recordSetAside: z.strictObject({
    event: z.string().max(64),
    reason: z.string().max(256),
    digest: z.string().regex(/^[0-9a-f]{64}$/),
    others: count,
  }),
  platformLost: z.strictObject({ reason: z.string().max(256) }),

  contactorClosed: z.strictObject({ afterMs: ms }),
  contactorOpened: z.strictObject({ by: code, afterMs: ms }),
  maintenanceDone: z.strictObject({ freedRows: count, journalBytes: quantity }),
} as const;

export type EventName = keyof typeof PAYLOADS;
export type PayloadOf<N extends EventName> = z.infer<(typeof PAYLOADS)[N]>;
