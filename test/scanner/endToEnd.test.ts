/** The agent's end and simulated modules on real ptys. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { probeScanner } from "#agent/shell/serial/scanner.ts";
import { SCANNER_MODELS, type ScannerModelName } from "#protocol/scanner/catalogue.ts";
import { Converter, ScannerBench } from "#test/scanner/farScanner.ts";

const MODELS = Object.keys(SCANNER_MODELS) as ScannerModelName[];
/** As long as a pass, in its alphabet. */
const PASS = `AG1:${"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".repeat(12)}`;
const CLOCK = { monoMs: () => performance.now() };

let bench: ScannerBench;
beforeEach(() => {
  bench = new ScannerBench();
});
afterEach(() => bench.dispose());

describe.each(MODELS)("%s", (model) => {
  it("is configured in RAM only, reads codes one after the other, and stops when nobody listens", async () => {
    await bench.plugIn(model);
    const scanner = bench.open(model);
    await bench.until("it works", () => bench.health.at(-1) === null);
    await bench.read(PASS);
    await bench.read("AG1:second");
    await bench.read("AG1:third");
    expect(bench.heard(PASS, "AG1:second", "AG1:third")).toEqual([PASS, "AG1:second", "AG1:third"]);
    expect(bench.health).toEqual([null]);
    expect(bench.tell({ do: "truth" })).toMatchObject({ flashWrites: 0, onCommand: model !== "plain" });
    await scanner.close();
    await bench.until("it looks no more", () => model === "plain" || !bench.tell({ do: "truth" }).looking);
  });

  it("takes a phone that stays for one scan", async () => {
    await bench.plugIn(model);
    bench.open(model);
    await bench.until("it works", () => bench.health.at(-1) === null);
    bench.tell({ do: "show", text: PASS, holdMs: 60_000 });
    await bench.until("it was read three times", () => bench.tell({ do: "truth" }).codes >= 3);
    expect(bench.heard(PASS)).toEqual([PASS]);
    await bench.until("the others were set aside", () => bench.discarded.includes("scanner.repeated"));
  });

  it("goes on after it was unplugged", async () => {
    await bench.plugIn(model);
    bench.open(model);
    await bench.until("it works", () => bench.health.at(-1) === null);
    bench.tell({ do: "unplug" });
    await bench.until("the loss is noticed", () => bench.health.at(-1) === "link.portMissing");
    bench.tell({ do: "plug" });
    await bench.until("it works again", () => bench.health.at(-1) === null);
    await bench.read(PASS);
    expect(bench.heard(PASS)).toEqual([PASS]);
    expect(bench.health).toEqual([null, "link.portMissing", null]);
  });
});

describe("a line that is not well", () => {
  it.each(["gm65", "gm72", "n3680", "plain"] as const)(
    "%s: split reads, glued codes, noise, a code of 4 KB, none of an end",
    async (model) => {
      await bench.plugIn(model);
      bench.open(model);
      await bench.until("it works", () => bench.health.at(-1) === null);
      bench.tell({ do: "spoil", how: "split" });
      await bench.read("AG1:split");
      bench.tell({ do: "spoil", how: "glued" });
      await bench.read("AG1:glued");
      bench.tell({ do: "spoil", how: "unended" });
      await bench.read("AG1:unended");
      bench.tell({ do: "spoil", how: "long" });
      bench.tell({ do: "show", text: "AG1:long", holdMs: 60_000 });
      await bench.until("the long one was set aside", () => bench.discarded.includes("scanner.tooLong"));
      bench.tell({ do: "spoil", how: "none" });
      bench.tell({ do: "noise", bytes: 300 });
      await bench.until("the noise was set aside", () => bench.discarded.includes("scanner.badCharacters"));
      await bench.read("AG1:after");
      const sent = ["AG1:split", "AG1:glued", "AG1:unended", "AG1:after"];
      expect(bench.heard(...sent, "AG1:long")).toEqual(sent);
      expect(bench.health).toEqual([null]);
    },
  );

  it("is found to be deaf, opened anew, and told its settings again when its power is back", async () => {
    await bench.plugIn("gm65");
    bench.tell({ do: "deaf" });
    bench.open("gm65");
    await bench.until("it is deaf", () => bench.health.at(-1) === "scanner.deaf");
    bench.tell({ do: "deaf", on: false });
    await bench.until("it works", () => bench.health.at(-1) === null);
    expect(bench.tell({ do: "truth" })).toMatchObject({ onCommand: true, tailHex: "0d0a" });
    await bench.read(PASS);
    expect(bench.health).toEqual(["scanner.deaf", null]);
  });

  it("may be missing when the agent starts", async () => {
    bench.open("gm72");
    await bench.until("it is missing", () => bench.health.at(-1) === "link.portMissing");
    await bench.plugIn("gm72");
    await bench.read(PASS);
    expect(bench.heard(PASS)).toEqual([PASS]);
  });

  it("is a converter's that ends the connection", async () => {
    const converter = await Converter.listen();
    bench.open("plain", { port: converter.port });
    await bench.until("it is connected", () => bench.health.at(-1) === null);
    converter.say("AG1:first\r\n");
    await bench.until("the first text", () => bench.texts.length === 1);
    converter.drop();
    await bench.until("the loss is noticed", () => bench.health.at(-1) === "link.portMissing");
    await bench.until("it is connected again", () => bench.health.at(-1) === null);
    converter.say("AG1:second\r\n");
    await bench.until("the second text", () => bench.texts.length === 2);
    expect(bench.texts).toEqual(["AG1:first", "AG1:second"]);
    await converter.close();
  });
});

describe("a look at the scanner", () => {
  it("says that it answers", async () => {
    await bench.plugIn("n3680");
    await expect(probeScanner({ port: bench.tty, model: "n3680" }, CLOCK)).resolves.toBeUndefined();
  });

  it("says that another kind of module, or none, does not", async () => {
    await bench.plugIn("gm72");
    await expect(probeScanner({ port: bench.tty, model: "gm65" }, CLOCK)).rejects.toMatchObject({ code: "scanner.deaf" });
  });

  it("says that the port is not there", async () => {
    await expect(probeScanner({ port: bench.tty, model: "gm65" }, CLOCK)).rejects.toMatchObject({ code: "link.portMissing" });
  });
});
