/** The registry as the platform has it: who is registered, with which keys, and the two doors that go with it. */
import { existsSync } from "node:fs";
import { openBudgetKey } from "#protocol/install/sealedKey.ts";
import type { Door } from "#simulator/platform/brokerDoor.ts";
import type { Endpoint } from "#simulator/platform/endpoint.ts";
import type { PlatformKeys } from "#simulator/platform/keys.ts";
import type { Authority } from "#simulator/platform/registry/authority.ts";
import { sealingSecret } from "#simulator/platform/registry/installers.ts";
import { Registry } from "#simulator/platform/registry/registry.ts";
import { RegistryStore, registryPath } from "#simulator/platform/registry/registryStore.ts";
import { type RegistryServer, serveRegistry } from "#simulator/platform/registry/server.ts";

export interface DeskOptions {
  readonly dataDir: string;
  /** Where installers' tools come; without it nobody is served. */
  readonly registry?: Endpoint | undefined;
  /** Where the embedded broker takes modules with certificates. */
  readonly tlsListen?: Endpoint | undefined;
  readonly now: () => number;
}

/** Undefined where nothing was ever registered, and nobody is to be served. */
export async function openDesk({ dataDir, registry, tlsListen, now }: DeskOptions): Promise<RegistryDesk | undefined> {
  if (registry === undefined && tlsListen === undefined && !existsSync(registryPath(dataDir))) return undefined;
  // Certificates need a library that takes a while to load.
  const { openAuthority } = await import("#simulator/platform/registry/authority.ts");
  const authority = await openAuthority(dataDir, now());
  const desk = new RegistryDesk(dataDir, registry, authority, now);
  if (tlsListen !== undefined) desk.door = { at: tlsListen, ...(await authority.issueForBroker(tlsListen.host, now())), ...desk.entry };
  return desk;
}

export class RegistryDesk {
  readonly store: RegistryStore;
  readonly registry: Registry;
  /** For the embedded broker. */
  door: Door | undefined;
  readonly #listen: Endpoint | undefined;
  readonly #authority: Authority;
  readonly #sealingSecret: Uint8Array;
  #brokerUrl: string | null = null;
  #server: RegistryServer | undefined;

  constructor(dataDir: string, listen: Endpoint | undefined, authority: Authority, now: () => number) {
    this.store = new RegistryStore(dataDir);
    this.#listen = listen;
    this.#authority = authority;
    this.#sealingSecret = sealingSecret(dataDir);
    const { store } = this;
    this.registry = new Registry({ store, authority, sealingSecret: this.#sealingSecret, now, brokerUrl: () => this.#brokerUrl });
  }

  get entry(): Pick<Door, "ca" | "mayAct"> {
    return { ca: this.#authority.certificate, mayAct: this.#mayAct.bind(this) };
  }

  /** Null while nobody is served. */
  get url(): string | null {
    return this.#server?.url ?? null;
  }

  /** `brokerUrl`: where modules are to go. */
  async serve(keys: PlatformKeys, brokerUrl: string): Promise<void> {
    this.#brokerUrl = brokerUrl;
    if (this.#listen !== undefined) this.#server = await serveRegistry(this.#listen, this.registry, keys);
  }

  isRegistered(device: string): boolean {
    return (this.store.chipOf(device)?.issue ?? 0) > 0;
  }

  /** Undefined for a chip that was never registered. */
  budgetKeyOf(uid: string): Uint8Array | undefined {
    const chip = this.store.chip(uid);
    return chip?.sealedKey ? openBudgetKey(chip.sealedKey, chip, this.#sealingSecret) : undefined;
  }

  receiptKeyOf(device: string): Uint8Array | null | undefined {
    const chip = this.store.chipOf(device);
    return chip === undefined || chip.issue === 0 ? undefined : chip.receiptKey;
  }

  learnReceiptKey(device: string, receiptKey: Uint8Array): void {
    this.store.commit(() => {
      const chip = this.store.chipOf(device);
      if (chip !== undefined) this.store.saveChip({ ...chip, receiptKey });
    });
  }

  async close(): Promise<void> {
    await this.#server?.close();
    this.store.close();
  }

  /** A module of several machines has one key, and may speak for all of them with any of their certificates. */
  #mayAct(name: string, fingerprint: string, device: string): boolean {
    const own = this.store.chipOf(name);
    if (!own?.publicKey || own.fingerprint !== fingerprint) return false;
    const other = name === device ? own : this.store.chipOf(device);
    return other?.publicKey ? Buffer.compare(own.publicKey, other.publicKey) === 0 : false;
  }
}
