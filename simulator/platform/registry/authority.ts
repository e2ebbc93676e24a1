/** The platform's certificate authority, for development: P-256, its key in the data folder. */
import "reflect-metadata";
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, webcrypto } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  type PublicKeyType,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const AUTHORITY_YEARS = 20;
const DEVICE_YEARS = 10;

cryptoProvider.set(webcrypto);

export interface Authority {
  /** PEM. */
  readonly certificate: string;
  /** `request` is DER; the caller has checked whose it is. Gives PEM. */
  issueForDevice(request: Uint8Array, nowMs: number): Promise<string>;
  /** A new key and its certificate for a broker that is reached by this name or address. */
  issueForBroker(host: string, nowMs: number): Promise<{ cert: string; key: string }>;
}

/** Reads `ca.key` and `ca.pem` of the data folder, or makes them. */
export async function openAuthority(dataDir: string, nowMs = Date.now()): Promise<Authority> {
  mkdirSync(dataDir, { recursive: true });
  const key = keyAt(join(dataDir, "ca.key"));
  const path = join(dataDir, "ca.pem");
  if (!existsSync(path)) replaceFile(path, await selfSigned(key, nowMs), 0o644);
  const own = new X509Certificate(readFileSync(path, "utf8"));
  const signingKey = await privateKeyOf(key);
  const authorityKey = await AuthorityKeyIdentifierExtension.create(own);

  const issue = async (subject: string, publicKey: PublicKeyType, nowMs: number, more: readonly Extension[]): Promise<string> => {
    const certificate = await X509CertificateGenerator.create({
      ...{ serialNumber: newSerial(), subject, issuer: own.subject, notBefore: new Date(nowMs - DAY_MS) },
      ...{ notAfter: new Date(nowMs + DEVICE_YEARS * YEAR_MS), signingAlgorithm: SIGNATURE, signingKey, publicKey },
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        authorityKey,
        ...more,
      ],
    });
    return `${certificate.toString("pem")}\n`;
  };

  return {
    certificate: `${own.toString("pem")}\n`,
    issueForDevice: (der, nowMs) => {
      const { subject, publicKey } = new Pkcs10CertificateRequest(Uint8Array.from(der));
      return issue(subject, publicKey, nowMs, [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])]);
    },
    issueForBroker: async (host, nowMs) => {
      const pair = generateKeyPairSync("ec", P256);
      const names = new SubjectAlternativeNameExtension([{ type: isIP(host) === 0 ? "dns" : "ip", value: host }]);
      const usage = new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]);
      const cert = await issue("CN=arcgate broker", await publicKeyOf(pair.publicKey), nowMs, [usage, names]);
      return { cert, key: pemOf(pair.privateKey) };
    },
  };
}

function keyAt(path: string): KeyObject {
  if (!existsSync(path)) replaceFile(path, pemOf(generateKeyPairSync("ec", P256).privateKey), 0o600);
  return createPrivateKey(readFileSync(path));
}

async function selfSigned(key: KeyObject, nowMs: number): Promise<string> {
  const keys = { privateKey: await privateKeyOf(key), publicKey: await publicKeyOf(createPublicKey(key)) };
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...{
      serialNumber: newSerial(),
      name: `CN=arcgate development CA ${randomBytes(4).toString("hex")}`,
      keys,
      signingAlgorithm: SIGNATURE,
    },
    ...{ notBefore: new Date(nowMs - DAY_MS), notAfter: new Date(nowMs + AUTHORITY_YEARS * YEAR_MS) },
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}

/** Positive, and never the same twice. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function privateKeyOf(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey("pkcs8", key.export({ type: "pkcs8", format: "der" }), P256, false, ["sign"]);
}

function publicKeyOf(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey("spki", key.export({ type: "spki", format: "der" }), P256, true, ["verify"]);
}

function replaceFile(path: string, text: string, mode: number): void {
  writeFileSync(`${path}.new`, text, { mode });
  renameSync(`${path}.new`, path);
}
