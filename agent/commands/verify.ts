import { readFileSync } from "node:fs";
import { type ReceiptRow, receiptRows } from "#agent/core/receiptText.ts";
import { readConfig } from "#agent/shell/system/configFile.ts";
import { readTrustJson } from "#agent/shell/system/installedTrust.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { ERRORS } from "#protocol/errors/registry.ts";
import { verifyInspection } from "#protocol/receipt/inspection.ts";
import type { Receipt } from "#protocol/receipt/receipt.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";

const LABEL_COLUMNS = 18;

interface VerifyOptions {
  config: string;
  json: boolean;
  text: string | undefined;
  trust: string | undefined;
  key: string | undefined;
  journal: string | undefined;
  anchor: readonly string[];
}

/** Checks what a machine's inspection code says, with the trust file alone. 1 when it does not hold. */
export async function verify({ config, json, text, trust, key, journal, anchor }: VerifyOptions): Promise<number> {
  if (journal !== undefined) {
    const { verifyJournalFile } = await import("#agent/commands/verifyJournal.ts");
    return verifyJournalFile({ path: journal, anchors: anchor, json });
  }
  if (text === undefined) throw new CodedError("config.usage", "verify TEXT");
  const code = text === "-" ? readFileSync(0, "utf8").trim() : text;
  const keys = trustFromFile(readTrustJson(trust ?? readConfig(config).trust.file));
  try {
    const receipt = verifyInspection(code, keys, key === undefined ? null : keyOf(key));
    console.log(json ? JSON.stringify({ verified: true, ...receipt }) : asText(receipt));
    return 0;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const { zh, en, remedyZh, remedyEn } = ERRORS[error.code];
    const said = { verified: false, code: error.code, zh, en };
    console.log(json ? JSON.stringify(said) : `✗ ${zh}。${remedyZh}\n  ${en}. ${remedyEn}. (${error.code} ${error.detail})`);
    return 1;
  }
}

function asText(receipt: Receipt): string {
  return ["✓ 签名有效 the signature holds", ...receiptRows(receipt).map(rowLine)].join("\n");
}

/** A Chinese character takes two columns. */
function rowLine({ zh, en, value }: ReceiptRow): string {
  return `${zh} ${en.padEnd(LABEL_COLUMNS - 2 * zh.length - 1)}${value}`;
}

function keyOf(text: string): Uint8Array {
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new CodedError("config.badKey", "--key: 64 hexadecimal digits");
  return new Uint8Array(Buffer.from(text, "hex"));
}
