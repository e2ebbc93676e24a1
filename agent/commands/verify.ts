import { readFileSync } from "node:fs";
import { readConfig } from "#agent/shell/system/configFile.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { ERRORS, type ErrorCode } from "#protocol/errors/registry.ts";
import { verifyInspection } from "#protocol/receipt/inspection.ts";
import type { Receipt } from "#protocol/receipt/receipt.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";

interface VerifyOptions {
  config: string;
  json: boolean;
  text: string | undefined;
  trust: string | undefined;
  key: string | undefined;
}

/** Checks what a machine's inspection code says, with the trust file alone. 1 when it does not hold. */
export async function verify({ config, json, text, trust, key }: VerifyOptions): Promise<number> {
  if (text === undefined) throw new CodedError("config.usage", "verify TEXT");
  const code = text === "-" ? readFileSync(0, "utf8").trim() : text;
  const keys = trustFromFile(readJson(trust ?? readConfig(config).trust.file));
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
  const until = receipt.latestMs === null ? "…" : timeText(receipt.latestMs);
  const lines = [
    `✓ 签名有效 the signature holds`,
    `设备 machine      ${receipt.device}`,
    `结论 decision     ${receipt.allowed ? "准许 allowed" : "拒绝 refused"}: ${reasonText(receipt.reason)}`,
    `证书 certificate  ${receipt.handle ?? "—"}   方式 way ${receipt.way ?? "—"}   类别 category ${receipt.category}`,
    `时间 time         ${timeText(receipt.earliestMs)} – ${until}`,
    `依据 grounds      名单 list v${receipt.listVersion}, 策略 policy v${receipt.policyVersion}, 检查表 check-list v${receipt.checkListVersion}`,
  ];
  if (receipt.limitS !== null) lines.push(`限时 limit        ${receipt.limitS} s${endText(receipt)}`);
  if (receipt.permit !== null) lines.push(`动火票 permit     ${receipt.permit}`);
  if (receipt.guardian !== null) lines.push(`监护人 guardian   ${receipt.guardian}`);
  if (receipt.wouldRefuse !== null) lines.push(`仅监测 monitored  ${reasonText(receipt.wouldRefuse)}`);
  return lines.join("\n");
}

function endText({ endsBy, endsMs }: Receipt): string {
  return endsBy === null || endsMs === null ? "" : `; ${endsBy} ${timeText(endsMs)}`;
}

function reasonText(reason: string): string {
  const known = reason in ERRORS ? ERRORS[reason as ErrorCode] : undefined;
  return known ? `${known.zh} ${known.en} (${reason})` : reason;
}

/** China has one time zone. */
function timeText(ms: number): string {
  return `${new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ")} (UTC+8)`;
}

function keyOf(text: string): Uint8Array {
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new CodedError("config.badKey", "--key: 64 hexadecimal digits");
  return new Uint8Array(Buffer.from(text, "hex"));
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new CodedError("trust.badKey", file, { cause: error });
  }
}
