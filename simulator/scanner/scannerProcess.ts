import { rmSync } from "node:fs";
import { CodedError } from "#protocol/errors/codedError.ts";
import { Random } from "#simulator/chip/plant/random.ts";
import { openControl } from "#simulator/line/controlServer.ts";
import { LinePacer, type LineRate } from "#simulator/line/pacer.ts";
import { PtyLine } from "#simulator/line/ptyLine.ts";
import { ScannerCommand, type ScannerCommandInput, type ScannerTruth, type Spoiling } from "#simulator/scanner/control.ts";
import { type Firmware, firmwareOf } from "#simulator/scanner/firmware/firmware.ts";
import { type CheckedScannerOptions, checkScannerOptions, type ScannerOptions } from "#simulator/scanner/options.ts";
import { Speech } from "#simulator/scanner/speech.ts";
import { piecesOf } from "#simulator/scanner/spoiling.ts";

/** A running module. */
export interface ScannerProcess {
  readonly tty: string;
  readonly control: string;
  /** What the control socket takes and gives. Throws `scanner.badCommand`. */
  command(command: ScannerCommandInput): ScannerTruth;
  /** Removes the link and the socket. */
  close(): Promise<void>;
}

const LOOK_MS = 20;
/** Start bit, eight data bits, stop bit. */
const CHARACTER_BITS = 10;

/** Opens the pty and the control socket, and runs until `close`. Throws `scanner.badOption`, and `chip.pathTaken` or `chip.noPty` of the line. */
export async function startScanner(options: ScannerOptions): Promise<ScannerProcess> {
  const checked = checkScannerOptions(options);
  const scanner = new SimulatedScanner(checked);
  const control = await openControl(checked.control, (asked) => scanner.command(asked)).catch((error: unknown) => {
    scanner.close();
    throw error;
  });
  return {
    tty: checked.tty,
    control: checked.control,
    command: (asked) => scanner.command(asked),
    close: async () => {
      scanner.close();
      await control.close();
      rmSync(checked.control, { force: true });
    },
  };
}

class SimulatedScanner {
  readonly #model: string;
  readonly #line: PtyLine;
  readonly #hearing: LinePacer;
  readonly #speech: Speech;
  readonly #random: Random;
  readonly #looker: NodeJS.Timeout;
  readonly #makeFirmware: () => Firmware;
  #firmware: Firmware;
  #spoiling: Spoiling = "none";
  #deaf = false;

  constructor({ tty, model, baud, seed }: CheckedScannerOptions) {
    const rate: LineRate = { baud, characterBits: CHARACTER_BITS };
    this.#model = model;
    this.#makeFirmware = () => firmwareOf(model);
    this.#firmware = this.#makeFirmware();
    this.#hearing = new LinePacer(rate, 1);
    this.#random = new Random(seed);
    this.#line = new PtyLine(tty, (bytes) => this.#hear(bytes));
    this.#speech = new Speech(rate, (bytes) => this.#line.write(bytes));
    this.#looker = setInterval(() => this.#look(), LOOK_MS);
  }

  close(): void {
    clearInterval(this.#looker);
    this.#speech.hush();
    this.#line.unplug();
  }

  command(asked: unknown): ScannerTruth {
    const parsed = ScannerCommand.safeParse(asked);
    if (!parsed.success) throw new CodedError("scanner.badCommand", JSON.stringify(asked)?.slice(0, 120) ?? "nothing");
    this.#obey(parsed.data);
    return this.#truth();
  }

  #obey(asked: ScannerCommand): void {
    switch (asked.do) {
      case "show":
        this.#firmware.reader.show(asked.text, performance.now() + asked.holdMs);
        break;
      case "noise":
        this.#speech.say([{ bytes: Uint8Array.from({ length: asked.bytes }, () => this.#random.integer(0, 255)), pauseMs: 0 }]);
        break;
      case "spoil":
        this.#spoiling = asked.how;
        break;
      case "deaf":
        this.#switchPower(!asked.on);
        break;
      case "unplug":
        this.#speech.hush();
        this.#line.unplug();
        break;
      case "plug":
        // The plug brings the power: the module has forgotten its settings.
        if (!this.#line.isPlugged) this.#firmware = this.#makeFirmware();
        this.#line.plug();
        break;
      case "truth":
        break;
    }
  }

  #switchPower(on: boolean): void {
    if (on && this.#deaf) this.#firmware = this.#makeFirmware();
    this.#deaf = !on;
    if (!on) this.#speech.hush();
  }

  #hear(bytes: Uint8Array): void {
    const nowMs = performance.now();
    const own = Uint8Array.from(bytes);
    setTimeout(() => this.#answer(own), this.#hearing.heard(own.length, nowMs) - nowMs);
  }

  #answer(bytes: Uint8Array): void {
    if (this.#deaf || !this.#line.isPlugged) return;
    this.#speech.say(this.#firmware.hear(bytes, performance.now()).map((answer) => ({ bytes: answer, pauseMs: 0 })));
  }

  #look(): void {
    // One code after the other: the next is looked for when this one is out.
    if (this.#deaf || !this.#line.isPlugged || this.#speech.isBusy) return;
    const { reader } = this.#firmware;
    const text = reader.look(performance.now());
    if (text !== null) this.#speech.say(piecesOf(text, reader.tail, this.#spoiling, this.#random));
  }

  #truth(): ScannerTruth {
    const { reader } = this.#firmware;
    const { onCommand, triggers, codes, ignored, flashWrites } = reader;
    const looking = !this.#deaf && reader.isLooking(performance.now());
    const tailHex = Buffer.from(reader.tail).toString("hex");
    return { model: this.#model, plugged: this.#line.isPlugged, looking, onCommand, triggers, codes, ignored, flashWrites, tailHex };
  }
}
