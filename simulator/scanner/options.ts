import { CodedError } from "#protocol/errors/codedError.ts";
import { SCANNER_MODELS, type ScannerModelName } from "#protocol/scanner/catalogue.ts";

/** What a simulated scanner is started with. */
export interface ScannerOptions {
  /** Symbolic link to the pty. */
  tty: string;
  model: ScannerModelName;
  /** Unix socket for commands; `tty` with `.ctl` unless given. */
  control?: string | undefined;
  /** As the model leaves the factory unless given. */
  baud?: number | undefined;
  seed?: number | undefined;
}

export interface CheckedScannerOptions {
  tty: string;
  model: ScannerModelName;
  control: string;
  baud: number;
  seed: number;
}

const LEAST_BAUD = 1_200;
const MOST_BAUD = 921_600;

/** Throws `scanner.badOption`, naming the option. */
export function checkScannerOptions({ tty, model, control, baud, seed = 1 }: ScannerOptions): CheckedScannerOptions {
  if (tty === "") throw new CodedError("scanner.badOption", "--tty: a path");
  const rate = baud ?? SCANNER_MODELS[model].line.baudRate;
  if (!(rate >= LEAST_BAUD && rate <= MOST_BAUD)) throw new CodedError("scanner.badOption", `--baud: ${LEAST_BAUD} to ${MOST_BAUD}`);
  if (!(seed >= 0 && seed < 2 ** 32)) throw new CodedError("scanner.badOption", "--seed: below 2^32");
  return { tty, model, control: control ?? `${tty}.ctl`, baud: rate, seed };
}

export function modelNamed(text: string | undefined): ScannerModelName {
  const names = Object.keys(SCANNER_MODELS) as ScannerModelName[];
  const name = names.find((candidate) => candidate === text);
  if (!name) throw new CodedError("scanner.badOption", `--model: ${names.join(" | ")}`);
  return name;
}
