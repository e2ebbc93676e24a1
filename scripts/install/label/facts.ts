/** What stands on a machine's label. */
import { type DeviceCode, parseDeviceCode } from "#protocol/codes/deviceCode.ts";
import { buildMachineQr } from "#protocol/codes/machineQr.ts";
import { shown } from "#protocol/codes/shown.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import { type DeviceCodeLayout, Profile } from "#protocol/profile/schema.ts";

export interface LabelFacts {
  deviceCode: string;
  /** The chip's unique number: 12 bytes in hex. */
  uid: string;
  /** Answered day and night. */
  hotline: string;
  /** The host in the QR code's address. */
  platformHost: string;
  maker?: string;
  /** GB/T 10249. */
  designation?: string;
}

/** Facts that were looked at, as they are printed. */
export interface LabelText {
  readonly qr: string;
  readonly code: string;
  /** The device code in groups that can be read aloud; the last is the check. */
  readonly groups: readonly string[];
  readonly uidLines: readonly string[];
  readonly hotline: string;
  /** Of the machine; may be empty. */
  readonly machine: string;
}

/** A longer group is not remembered from the ear to the pen; the division's six digits are, for they come in pairs. */
const GROUP_MOST = 6;
const GROUP = 4;
const UID_LINE = 12;

const HOTLINE = /^\+?[\d -]{5,20}$/;
const UID = /^[0-9A-F]{24}$/;
const FREE_TEXT = /^[\p{L}\p{N}][\p{L}\p{N} ().·/_-]{0,23}$/u;

/** Errors: those of `parseDeviceCode`, and `label.badFact`, which names the fact. */
export function labelText(facts: LabelFacts): LabelText {
  const layout = SHANDONG_PROFILE.deviceCode;
  const device = parseDeviceCode(facts.deviceCode, layout);
  const uid = checked("uid", facts.uid.toUpperCase(), UID);
  const machine = [
    ...(facts.designation === undefined ? [] : [checked("designation", facts.designation, FREE_TEXT)]),
    ...(facts.maker === undefined ? [] : [checked("maker", facts.maker, FREE_TEXT)]),
  ];
  return {
    qr: buildMachineQr(device.code, { ...SHANDONG_PROFILE, qr: { ...SHANDONG_PROFILE.qr, host: checkedHost(facts.platformHost) } }),
    code: device.code,
    groups: groupsOf(device, layout),
    uidLines: Array.from(uid.matchAll(new RegExp(`.{1,${UID_LINE}}`, "g")), ([line]) => line),
    hotline: checked("hotline", facts.hotline, HOTLINE),
    machine: machine.join(" · "),
  };
}

function checked(name: keyof LabelFacts, value: string, form: RegExp): string {
  if (!form.test(value)) throw new CodedError("label.badFact", `${name}: ${shown(value)}`);
  return value;
}

function checkedHost(host: string): string {
  const { success } = Profile.shape.qr.shape.host.safeParse(host);
  if (!success) throw new CodedError("label.badFact", `platformHost: ${shown(host)}`);
  return host;
}

function groupsOf({ code }: DeviceCode, layout: DeviceCodeLayout): string[] {
  const groups: string[] = [];
  let at = 0;
  for (const part of layout.fields) {
    const end = at + ("field" in part ? part.length : part.constant.length);
    const step = end - at > GROUP_MOST ? GROUP : GROUP_MOST;
    for (; at < end; at += step) groups.push(code.slice(at, Math.min(at + step, end)));
    at = end;
  }
  return [...groups, code.slice(at)];
}
