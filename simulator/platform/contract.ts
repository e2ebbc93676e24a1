/** What the platform takes, tells and can be asked. */
import type { Algorithm } from "#protocol/crypto.ts";
import type { CurrentList } from "#simulator/platform/currentList.ts";
import type { Endpoint } from "#simulator/platform/endpoint.ts";
import type { FileDesk } from "#simulator/platform/fileDesk.ts";
import type { LiveDevice } from "#simulator/platform/live.ts";
import type { EventQuery, StoredEvent, StreamReport } from "#simulator/platform/report.ts";
import type { ScanRequest } from "#simulator/platform/scanRequest.ts";

export interface PlatformOptions {
  readonly dataDir: string;
  /** A broker to use; without it one is embedded. */
  readonly brokerUrl?: string | undefined;
  /** Where the embedded broker listens; default 127.0.0.1, a free port. */
  readonly listen?: Endpoint | undefined;
  /** Where the registry listens for installers' tools; without it there is none. */
  readonly registry?: Endpoint | undefined;
  /** Where the embedded broker takes modules with certificates of the platform's authority. */
  readonly tlsListen?: Endpoint | undefined;
  /** Certificates in the list, the people of the phone among them; default 1,000. */
  readonly listSize?: number | undefined;
  /** Of the list's signature, when the keys are made; default Ed25519. */
  readonly listAlgorithm?: Algorithm | undefined;
  /** Device codes that are registered; others are taken too, and flagged. */
  readonly devices?: readonly string[] | undefined;
  /** Default: `platform.ctl` in the data folder; null for none. */
  readonly controlPath?: string | null | undefined;
  /** Over how many seconds devices spread their return after an outage; 0, the default, leaves it to them. */
  readonly returnSpreadS?: number | undefined;
  readonly now?: (() => number) | undefined;
  readonly notice?: ((notice: PlatformNotice) => void) | undefined;
}

/** As in the command `comeBack`: `afterS` is for the next outage only. */
export interface ReturnSlot {
  readonly afterS: number;
  readonly spreadS: number;
}

/** What goes on, for the terminal. */
export type PlatformNotice =
  | { notice: "brokerReached" | "brokerLost" }
  | { notice: "brokerTrouble"; reason: string }
  | { notice: "state"; live: LiveDevice }
  | { notice: "unreadable" | "policyRefused"; device: string; code: string; detail: string }
  | { notice: "storeFailed"; reason: string };

export interface PlatformReport {
  /** Connected to the broker. */
  online: boolean;
  streams: (StreamReport & { unregistered: boolean })[];
  /** Batches that could not be read, by the codes of their errors: neither stored nor acknowledged. */
  unreadable: Record<string, number>;
}

export interface Platform {
  readonly brokerUrl: string;
  /** Of the door with certificates, and of the registry; null where there is none. */
  readonly brokerTlsUrl: string | null;
  readonly registryUrl: string | null;
  readonly controlPath: string | null;
  readonly trustPath: string;
  readonly list: CurrentList;
  /** Resolves when somebody asked for the end through the control socket. */
  readonly quitAsked: Promise<void>;
  report(device?: string): PlatformReport;
  events(query: EventQuery): StoredEvent[];
  live(): LiveDevice[];
  /** A phone's scan: sends the grant in a signed command, whose id is the one by which the device will know it. */
  scan(request: ScanRequest): { id: string };
  lock(device: string): { id: string };
  /** Tells every device on line how to come back after the next outage; whoever is born from now on is told the spread. */
  comeBack(slot: ReturnSlot): { told: number };
  /** Issues new files, and tells the devices on line to fetch them. */
  readonly files: FileDesk;
  /** The embedded broker only: it loses every connection and session. */
  stopBroker(): Promise<void>;
  startBroker(): Promise<void>;
  close(): Promise<void>;
}
