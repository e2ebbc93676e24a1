/** Machines that share a module: what the list refuses before anything is begun, and that the agent agrees. */
import { describe, expect, it } from "vitest";
import { checkBusBudget } from "#agent/core/busBudget.ts";
import { parseMachines } from "#scripts/install/batch/machinesFile.ts";
import { busChipsMax } from "#scripts/install/batch/moduleRules.ts";

const HEADER = "name,port,division,maker,designation,sensorRangeAmps,hotline,address,module,bus,busBaudRate,pagePort";

interface Cells {
  name?: string;
  address?: number;
  module?: string;
  bus?: string;
  baud?: number | "";
  page?: number | "";
}

function listOf(rows: readonly Cells[]): string {
  const lines = rows.map(({ name, address, module = "M", bus = "/dev/ttyS1", baud = "", page = "" }, at) =>
    [name ?? `A${at}`, "p", "370983,ARCG,ZX7-400,600,400-000-0000", address ?? at + 1, module, bus, baud, page].join(","),
  );
  return [HEADER, ...lines].join("\n");
}

const many = (count: number, cells: (at: number) => Cells = () => ({})) => Array.from({ length: count }, (_, at) => cells(at));

describe("a list of machines that share modules", () => {
  it.each<[string, Cells[]]>([
    ["two buses of sixteen", many(32, (at) => ({ bus: `/dev/ttyS${at >> 4}`, address: (at % 16) + 1 }))],
    ["eight buses", many(8, (at) => ({ bus: `/dev/ttyS${at}`, address: 1 }))],
    ["two modules, and a machine with its own", [{}, { module: "N", bus: "/dev/ttyS2" }, { module: "", bus: "" }]],
    ["four on a slow bus", many(4, () => ({ baud: 9_600 }))],
  ])("is taken: %s", (_, rows) => {
    expect(parseMachines(listOf(rows))).toHaveLength(rows.length);
  });

  it.each<[string, Cells[], RegExp]>([
    ["one address for two on a bus", [{ address: 7 }, { address: 7 }], /line 3: address 7 twice on bus \/dev\/ttyS1 \(line 2\)/],
    ["seventeen on a bus", many(17), /line 18: 16 machines at most on bus/],
    ["five on a slow bus", many(5, () => ({ baud: 19_200 })), /line 6: 4 machines at most .* at 19200 baud/],
    ["33 in a module", many(33, (at) => ({ bus: `/dev/ttyS${at >> 3}` })), /line 34: 32 machines at most in module M/],
    ["nine buses", many(9, (at) => ({ bus: `/dev/ttyS${at}` })), /line 10: 8 buses at most in module M/],
    ["a bus of two modules", [{}, { module: "N" }], /line 3: bus \/dev\/ttyS1 is of module M \(line 2\)/],
    ["two rates on a bus", [{}, { baud: 57_600 }], /line 3: busBaudRate 57600: .*\(line 2\)/],
    ["two pages of a module", [{}, { page: 9_000 }], /line 3: pagePort 9000: module M has one page/],
    ["a module without a bus", [{ bus: "" }], /line 2: module without bus/],
    ["a bus without a module", [{ module: "" }], /line 2: bus without module/],
    ["a machine that is called like a module's folder", [{ name: "M.module" }], /line 2: name is the folder of module M/],
    ["a module outside the folder", [{ module: "../M" }], /line 2: .*module/],
  ])("is refused whole: %s", (_, rows, fault) => {
    expect(() => parseMachines(listOf(rows))).toThrowError(
      expect.objectContaining({ code: "install.badList", detail: expect.stringMatching(fault) }),
    );
  });

  it.each([9_600, 38_400, 57_600, 76_800, 115_200])("at %i baud no more than the agent's own budget grants", (baudRate) => {
    const machines = many(busChipsMax(baudRate)).map((_, at) => ({
      ...{ device: `${at}`, enforced: true, kind: "chip" as const, address: at + 1 },
    }));
    expect(checkBusBudget({ baudRate, dataBits: 8, parity: "none", stopBits: 1 }, machines)).toMatchObject({ ok: true });
  });
});
