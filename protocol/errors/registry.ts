/** The one registry of error codes. `area.cause`; a retired code is never used again. README.md here lists them all. */
import { CHIP_ERRORS } from "#protocol/errors/chip.ts";
import { CODES_ERRORS } from "#protocol/errors/codes.ts";
import { COMMISSION_ERRORS } from "#protocol/errors/commission.ts";
import { CONFIG_ERRORS } from "#protocol/errors/config.ts";
import { DISCOVER_ERRORS } from "#protocol/errors/discover.ts";
import { EVENT_ERRORS } from "#protocol/errors/event.ts";
import { FLASH_ERRORS } from "#protocol/errors/flash.ts";
import { INSTALL_ERRORS } from "#protocol/errors/install.ts";
import { JOURNAL_ERRORS } from "#protocol/errors/journal.ts";
import { LABEL_ERRORS } from "#protocol/errors/label.ts";
import { LICENCE_ERRORS } from "#protocol/errors/licence.ts";
import { LINK_ERRORS } from "#protocol/errors/link.ts";
import { LIST_ERRORS } from "#protocol/errors/list.ts";
import { PASS_ERRORS } from "#protocol/errors/pass.ts";
import { POLICY_ERRORS } from "#protocol/errors/policy.ts";
import { PROVISION_ERRORS } from "#protocol/errors/provision.ts";
import { RECEIPT_ERRORS } from "#protocol/errors/receipt.ts";
import { REPLAY_ERRORS } from "#protocol/errors/replay.ts";
import { SCANNER_ERRORS } from "#protocol/errors/scanner.ts";
import { SYNC_ERRORS } from "#protocol/errors/sync.ts";
import { TRUST_ERRORS } from "#protocol/errors/trust.ts";
import { UPDATE_ERRORS } from "#protocol/errors/update.ts";

export const ERRORS = {
  ...CODES_ERRORS,
  ...CHIP_ERRORS,
  ...FLASH_ERRORS,
  ...INSTALL_ERRORS,
  ...LABEL_ERRORS,
  ...DISCOVER_ERRORS,
  ...COMMISSION_ERRORS,
  ...PROVISION_ERRORS,
  ...TRUST_ERRORS,
  ...LIST_ERRORS,
  ...PASS_ERRORS,
  ...RECEIPT_ERRORS,
  ...EVENT_ERRORS,
  ...LICENCE_ERRORS,
  ...POLICY_ERRORS,
  ...CONFIG_ERRORS,
  ...LINK_ERRORS,
  ...JOURNAL_ERRORS,
  ...SYNC_ERRORS,
  ...REPLAY_ERRORS,
  ...SCANNER_ERRORS,
  ...UPDATE_ERRORS,
} as const;

export type ErrorCode = keyof typeof ERRORS;
