/** Why a port cannot be opened, in the words of the registry. */
import { CodedError } from "#protocol/errors/codedError.ts";

const IN_USE = /EBUSY|EAGAIN|busy|Cannot lock port|temporarily unavailable/i;
const FORBIDDEN = /EACCES|EPERM|Permission denied|Operation not permitted/i;
const GONE = /ENOENT|ENODEV|ENXIO|No such/i;

export function openTrouble(port: string, error: unknown): CodedError {
  const reason = error instanceof Error ? error.message : String(error);
  const detail = `${port}: ${reason}`;
  if (IN_USE.test(reason)) return new CodedError("discover.portInUse", detail, { cause: error });
  if (FORBIDDEN.test(reason)) return new CodedError("discover.noPermission", detail, { cause: error });
  return new CodedError("discover.noPort", detail, { cause: error });
}

/** It was open before with other settings, and is still there: only these settings are not for it, as parity is not for a pseudo-terminal. */
export function isSettingRefused(error: unknown): boolean {
  const reason = error instanceof Error ? error.message : String(error);
  return ![IN_USE, FORBIDDEN, GONE].some((pattern) => pattern.test(reason));
}
