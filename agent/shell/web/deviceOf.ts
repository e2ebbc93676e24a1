import { parseMachineQr } from "#protocol/codes/machineQr.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";

/** A device code as it is, or the text of a machine's QR. Anything else is no machine of ours. */
export function deviceOf(text: string): string {
  if (!text.includes("/")) return text;
  try {
    return parseMachineQr(text, SHANDONG_PROFILE).code;
  } catch (error) {
    if (error instanceof CodedError) return "";
    throw error;
  }
}
