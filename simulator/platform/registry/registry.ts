/** The registry: which chip is which device, by installers' signed word. One chip has one code, and one code one chip. */
import { X509Certificate } from "node:crypto";
import { parseDeviceCode } from "#protocol/codes/deviceCode.ts";
import { type HolderKey, sha256Hex, type Verified, vouchedFor } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { encodeRequest, requestInfo } from "#protocol/install/certificateRequest.ts";
import type { RegistryAnswer, RegistryRequest, SignedRequest } from "#protocol/install/registry.ts";
import { verifyRequest } from "#protocol/install/registry.ts";
import { parseReport, verifyReport } from "#protocol/install/report.ts";
import { openBudgetKey } from "#protocol/install/sealedKey.ts";
import { deviceCodeOf, OFFLINE_SERIALS, offlineSerial } from "#protocol/install/serials.ts";
import { parseVoucher, type Voucher, verifyVoucher } from "#protocol/install/voucher.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import type { Authority } from "#simulator/platform/registry/authority.ts";
import type { ChipRow, InstallerRow, RegistryStore } from "#simulator/platform/registry/registryStore.ts";

export interface RegistryWorld {
  readonly store: RegistryStore;
  readonly authority: Authority;
  /** X25519. */
  readonly sealingSecret: Uint8Array;
  now(): number;
  /** Where devices find their broker; null while that is not known. */
  brokerUrl(): string | null;
}

type Request<Do extends RegistryRequest["do"]> = Extract<RegistryRequest, { do: Do }>;

export class Registry {
  readonly #world: RegistryWorld;

  constructor(world: RegistryWorld) {
    this.#world = world;
  }

  /** Never throws a CodedError: what is refused is an answer. */
  async answer(signed: SignedRequest): Promise<RegistryAnswer> {
    try {
      const installer = this.#installer(signed.request.installer);
      const request = verifyRequest(signed, keyOf(installer));
      switch (request.do) {
        case "reserve":
          return this.#reserve(request, installer);
        case "register":
          return { do: "register", ...(await this.register(request.voucher)) };
        case "report":
          return this.#report(request, installer);
        case "ask":
          return this.#ask(request);
      }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return { do: "refused", code: error.code, detail: error.detail.slice(0, 256) };
    }
  }

  /** Also for vouchers that came on paper. Throws the codes under README "Installation". */
  async register(text: string): Promise<{ device: string; certificate: string; brokerUrl: string | null }> {
    const unverified = parseVoucher(text);
    const installer = this.#installer(unverified.voucher.installer);
    const voucher = verifyVoucher(unverified, keyOf(installer));
    const { authority, sealingSecret, store, brokerUrl, now } = this.#world;
    const held = this.#held(voucher, text, installer);
    const { device, publicKey, sealedBudgetKey } = voucher;
    if (held !== undefined) return { device, certificate: held, brokerUrl: brokerUrl() };
    openBudgetKey(sealedBudgetKey, voucher, sealingSecret).fill(0);
    const issued = await authority.issueForDevice(encodeRequest(requestInfo(device, publicKey), voucher.proof), now());
    const certificate = store.commit(() => {
      const meanwhile = this.#held(voucher, text, installer);
      if (meanwhile === undefined) store.saveChip(rowOf(voucher, text, issued, { before: store.chip(voucher.uid), nowMs: now() }));
      return meanwhile ?? issued;
    });
    return { device, certificate, brokerUrl: brokerUrl() };
  }

  /** The certificate where this very voucher was registered before; undefined where it is new and good. */
  #held(voucher: Voucher, text: string, installer: InstallerRow): string | undefined {
    const { uid, device, issue } = voucher;
    this.#checkCode(device, uid, installer);
    const known = this.#world.store.chip(uid);
    // A reservation whose answer never reached the installer binds nobody.
    if (known !== undefined && known.issue > 0 && known.device !== device) throw new CodedError("provision.chipKnown", known.device);
    if (known?.voucher === text && known.certificate !== null) return known.certificate;
    if (known !== undefined && issue <= known.issue) throw new CodedError("provision.staleIssue", `${issue}, last ${known.issue}`);
    return undefined;
  }

  #reserve(request: Request<"reserve">, installer: InstallerRow): RegistryAnswer {
    const { store } = this.#world;
    const { uid, division, process, maker, device: wanted } = request;
    return store.commit(() => {
      const known = store.chip(uid);
      if (known !== undefined) {
        if (wanted !== null && wanted !== known.device) throw new CodedError("provision.chipKnown", known.device);
        return { do: "reserve", device: known.device, issueAbove: known.issue };
      }
      if (wanted !== null) this.#checkCode(wanted, uid, installer);
      const device = wanted ?? this.#nextCode({ division, process, maker });
      store.saveChip({ ...RESERVED, uid, device, installer: installer.id });
      return { do: "reserve", device, issueAbove: 0 };
    });
  }

  /** A serial that was given out as a wanted code is passed over. */
  #nextCode(parts: { division: string; process: string; maker: string }): string {
    const { store } = this.#world;
    for (;;) {
      const serial = store.nextSerial(parts.division + parts.process + parts.maker);
      if (serial >= OFFLINE_SERIALS.from) throw new CodedError("provision.noSerialsLeft");
      const device = deviceCodeOf(parts, serial);
      if (store.chipOf(device) === undefined) return device;
    }
  }

  /** Throws `codes.*`, `provision.codeTaken`, `provision.foreignSerial`. */
  #checkCode(device: string, uid: string, { serialFrom, serialTo }: InstallerRow): void {
    parseDeviceCode(device, SHANDONG_PROFILE.deviceCode);
    const owner = this.#world.store.chipOf(device);
    if (owner?.uid === uid) return;
    if (owner !== undefined) throw new CodedError("provision.codeTaken", device);
    const serial = offlineSerial(device);
    if (serial !== undefined && (serial < serialFrom || serial > serialTo)) throw new CodedError("provision.foreignSerial", device);
  }

  /** Kept when it is of this very chip, signed by who sends it, and says that the machine passed. Throws `commission.*` too. */
  #report({ device, report: sent }: Request<"report">, installer: InstallerRow): RegistryAnswer {
    const { now, store } = this.#world;
    const chip = store.chipOf(device);
    if (chip === undefined) throw new CodedError("provision.unregistered", device);
    const text = canonicalJson(sent);
    const file = parseReport(new TextEncoder().encode(text));
    const report = verifyReport(file, keyOf(installer));
    if (report.device !== device || report.uid !== chip.uid)
      throw new CodedError("commission.otherMachine", `${report.device} ${report.uid}`);
    if (report.outcome !== "passed") throw new CodedError("commission.notPassed", report.outcome);
    const digest = sha256Hex(text);
    store.saveReport({ digest, device, installer: installer.id, text, receivedMs: now() });
    return { do: "report", device, digest };
  }

  #ask({ device }: Request<"ask">): RegistryAnswer {
    const { brokerUrl, store } = this.#world;
    const chip = store.chipOf(device);
    if (chip === undefined) return { do: "ask", device, known: null };
    const { uid, issue, certificate } = chip;
    return { do: "ask", device, known: { uid, issue, certificate, brokerUrl: brokerUrl(), reports: store.reportCount(device) } };
  }

  #installer(id: string): InstallerRow {
    const found = this.#world.store.installer(id);
    if (found === undefined) throw new CodedError("provision.unknownInstaller", id);
    return found;
  }
}

const RESERVED = {
  ...{ issue: 0, voucher: null, publicKey: null, sealedKey: null },
  ...{ certificate: null, fingerprint: null, registeredMs: null, receiptKey: null },
} as const;

/** The platform's own record vouches for it. */
function keyOf({ publicKey }: InstallerRow): Verified<HolderKey> {
  return vouchedFor({ algorithm: "ed25519", publicKey });
}

/** A module that keeps its key keeps its key for receipts as well. */
function rowOf(
  voucher: Voucher,
  text: string,
  certificate: string,
  { before, nowMs }: { before: ChipRow | undefined; nowMs: number },
): ChipRow {
  const { uid, device, installer, issue, publicKey, sealedBudgetKey: sealedKey } = voucher;
  const { fingerprint256: fingerprint } = new X509Certificate(certificate);
  const isSameModule = before?.publicKey ? Buffer.compare(before.publicKey, publicKey) === 0 : false;
  const receiptKey = isSameModule ? (before?.receiptKey ?? null) : null;
  return { uid, device, installer, issue, voucher: text, publicKey, sealedKey, certificate, fingerprint, registeredMs: nowMs, receiptKey };
}
