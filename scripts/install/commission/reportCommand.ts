import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";
import { vouchedFor } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import { parseReport, verifyReport } from "#protocol/install/report.ts";
import { bytesFromBase64 } from "#protocol/trust/base64.ts";
import { reportLines } from "#scripts/install/commission/reportText.ts";

const HELP = `核验并显示调试报告 verifies a commissioning report and prints it
arcgate-install report FILE --trust FILE

  FILE            调试报告 the report, commission.json
  --trust FILE    签署人的公钥：{"signers":[{"id","publicKey"}]}，或安装人员文件
                  the signers' public keys (32 bytes in base64), or an installer's file
  --help

最后一行为 JSON；退出码 0 签名有效且合格，1 签名无效或不合格，2 参数有误。
The last line is JSON; exit code 0 genuine and passed, 1 not genuine or not passed, 2 usage.`;

const Signers = z.object({ signers: z.array(z.object({ id: z.string(), publicKey: z.base64().length(44) })) });
const InstallerKey = z.object({ id: z.string(), privateKey: z.base64() });
const PUBLIC_BYTES = 32;

/** Gives the exit code. */
export function runReport(argv: string[]): Promise<number> {
  return Promise.resolve(codeOf(argv));
}

function codeOf(argv: string[]): number {
  try {
    const { values, positionals } = parsed(argv);
    const [file] = positionals;
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    if (file === undefined || values.trust === undefined || positionals.length > 1) throw badOption("FILE and --trust are needed");
    return verified(bytesOf(file), JSON.parse(bytesOf(values.trust).toString("utf8")));
  } catch (error) {
    if (!(error instanceof CodedError) && !(error instanceof SyntaxError)) throw error;
    const coded = error instanceof CodedError ? error : badOption(`--trust: ${error.message}`);
    console.error(explain(coded));
    console.log(JSON.stringify({ genuine: false, code: coded.code, detail: coded.detail }));
    return coded.code === "commission.badOption" ? 2 : 1;
  }
}

function verified(bytes: Uint8Array, trust: unknown): number {
  const file = parseReport(bytes);
  const { id } = file.report.signer;
  const publicKey = keysOf(trust).get(id);
  if (!publicKey) throw new CodedError("commission.unknownSigner", id);
  const report = verifyReport(file, vouchedFor({ algorithm: "ed25519" as const, publicKey }));
  for (const line of reportLines(report)) console.log(line);
  const faults = report.items.flatMap(({ fault }) => fault ?? []);
  console.log(JSON.stringify({ genuine: true, device: report.device, outcome: report.outcome, dry: report.dry, signer: id, faults }));
  return report.outcome === "passed" ? 0 : 1;
}

function keysOf(trust: unknown): Map<string, Uint8Array> {
  const signers = Signers.safeParse(trust);
  if (signers.success) return new Map(signers.data.signers.map(({ id, publicKey }) => [id, bytesFromBase64(publicKey)]));
  const installer = InstallerKey.safeParse(trust);
  if (!installer.success) throw badOption("--trust: no signers in it");
  const key = createPrivateKey({ key: Buffer.from(installer.data.privateKey, "base64"), format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return new Map([[installer.data.id, new Uint8Array(spki.subarray(-PUBLIC_BYTES))]]);
}

function parsed(argv: string[]) {
  try {
    const options = { trust: { type: "string" }, help: { type: "boolean", short: "h" } } as const;
    return parseArgs({ args: argv, options, strict: true, allowPositionals: true });
  } catch (error) {
    throw badOption(error instanceof Error ? error.message : String(error));
  }
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CodedError("commission.badOption", `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function badOption(detail: string): CodedError {
  return new CodedError("commission.badOption", detail);
}
