import { z } from "zod";
import { isPattern } from "#agent/shell/system/calendar.ts";
import { STORAGE_LEAST_MEGABYTES } from "#agent/shell/system/storageShares.ts";
import { METER_MAPS, type MeterMapName, RELAY_MAPS, type RelayMapName } from "#protocol/chip/maps/catalogue.ts";
import { IDLE_RELOCK_MIN_S, MACHINE_CLASSES } from "#protocol/policy/policy.ts";
import { SCANNER_MODELS, type ScannerModelName } from "#protocol/scanner/catalogue.ts";

const METER_NAMES = Object.keys(METER_MAPS) as MeterMapName[];
const RELAY_NAMES = Object.keys(RELAY_MAPS) as RelayMapName[];
const SCANNER_NAMES = Object.keys(SCANNER_MODELS) as ScannerModelName[];

const deviceCode = z.string().regex(/^[0-9A-Z]{20}$/, "20 characters, digits and capital letters");
const address = z.number().int().min(1).max(247);
const pattern = z.string().max(64).refine(isPattern, "five fields of a cron pattern, such as 17 3 * * *");
/** A tty, or tcp://host:port of a converter. */
const port = z.string().min(1).max(255);
const seconds = z.number().int().min(1).max(86_400);

/** The installer's word, which rules until the first signed policy arrives. */
const Policy = z
  .strictObject({
    class: z.enum(MACHINE_CLASSES).default("enforced"),
    sessionMaximumS: seconds.default(12 * 3600),
    idleRelockS: seconds.min(IDLE_RELOCK_MIN_S, "at least 180: opening the primary stops the machine's fan").default(600),
    warnDaysBeforeExpiry: z.number().int().min(0).max(365).default(30),
  })
  .prefault({});

const SCANNER_BAUD_RATES = [1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] as const;

/** A QR scanner beside the machine, on a port of its own. */
const Scanner = z.strictObject({
  port,
  model: z.enum(SCANNER_NAMES),
  /** Default: as the model leaves the factory. */
  baudRate: z.literal(SCANNER_BAUD_RATES).optional(),
});

const Common = {
  device: deviceCode,
  designation: z.string().min(2).max(32),
  ratedDutyCycle: z.number().min(0.05).max(1).optional(),
  policy: Policy,
  scanner: Scanner.optional(),
};

const ChipMachine = z.strictObject({
  ...Common,
  address,
  /** 32 bytes in hex, or the file that holds them. */
  linkKey: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, "64 hexadecimal digits")
    .optional(),
  linkKeyFile: z.string().optional(),
});

const ForeignMachine = z.strictObject({
  ...Common,
  meter: z.strictObject({ map: z.enum(METER_NAMES), address }),
  relay: z.strictObject({ map: z.enum(RELAY_NAMES), address, coil: z.number().int().min(0).max(31) }),
});

const Bus = z.strictObject({
  port,
  baudRate: z
    .union([z.literal(4800), z.literal(9600), z.literal(19200), z.literal(38400), z.literal(57600), z.literal(115200)])
    .default(115200),
  parity: z.enum(["none", "even", "odd"]).default("none"),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  machines: z
    .array(z.union([ChipMachine, ForeignMachine]))
    .min(1)
    .max(32),
});

/** Files in PEM. With a CA nobody else is believed; certificate and key are the module's own, for a broker that asks for them. */
const Tls = z
  .strictObject({ caFile: z.string().min(1).optional(), certFile: z.string().min(1).optional(), keyFile: z.string().min(1).optional() })
  .refine(({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined), "certFile and keyFile go together");

const Broker = z
  .strictObject({
    url: z.string().regex(/^(mqtts?|tcp|ssl):\/\//, "mqtt://host:port or mqtts://host:port"),
    username: z.string().optional(),
    passwordFile: z.string().optional(),
    clientId: z.string().max(64).optional(),
    /** Longest wait between two attempts to connect; the wait itself is drawn at random. */
    retryMaximumS: seconds.default(300),
    tls: Tls.optional(),
  })
  .refine(({ url, tls }) => tls === undefined || /^(mqtts|ssl):/.test(url), { path: ["url"], message: "tls needs mqtts://host:port" });

export const Config = z.strictObject({
  data: z.string().min(1),
  page: z.strictObject({ host: z.string().default("127.0.0.1"), port: z.number().int().min(0).max(65535).default(8321) }).prefault({}),
  broker: Broker,
  /** The platform's public keys, as its trust.json has them. */
  trust: z.strictObject({ file: z.string().min(1) }),
  /** Of everything in `data` together. The default suits a card of 8 GB that is not ours alone. */
  storage: z.strictObject({ maxMegabytes: z.number().int().min(STORAGE_LEAST_MEGABYTES).max(65_536).default(1_024) }).prefault({}),
  journal: z
    .strictObject({
      retentionDays: z.number().int().min(0).max(365).default(7),
    })
    .prefault({}),
  /** How long a staged release waits for running sessions to end; then it switches between two arcs. */
  updates: z.strictObject({ sessionWaitS: z.number().int().min(0).max(604_800).default(86_400) }).prefault({}),
  calendar: z
    .strictObject({
      listRefresh: pattern.default("17 3 * * *"),
      maintenance: pattern.default("41 2 * * *"),
      expiryReminder: pattern.default("5 7 * * *"),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
      /** `stdout` is the supervisor's to keep within bounds; `file` is in `data`, and kept within them here. */
      to: z.enum(["stdout", "file"]).default("stdout"),
    })
    .prefault({}),
  buses: z.array(Bus).min(1).max(8),
});

export type Config = z.infer<typeof Config>;
export type BusSettings = Config["buses"][number];
export type MachineSettings = BusSettings["machines"][number];
export type ScannerSettings = NonNullable<MachineSettings["scanner"]>;
