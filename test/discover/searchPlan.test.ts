import { describe, expect, it } from "vitest";
import { lineName, lineOrder, type Place, SearchPlan, worstMs } from "#scripts/install/discover/searchPlan.ts";

const name = ({ line, address }: Place) => `${lineName(line)} @${address}`;
const RANGE = [...Array.from({ length: 16 }, (_, index) => index + 1), 247];
const walk = (plan: SearchPlan): string[] => plan.left.map(name);

describe("the order of the search", () => {
  it("begins with our chip's setting, then what each map says, then every rate with each frame, none twice", () => {
    const order = lineOrder().map(lineName);
    expect(order.slice(0, 4)).toEqual(["115200 8N1", "9600 8N2", "9600 8N1", "38400 8N1"]);
    expect(order).toHaveLength(24);
    expect(new Set(order).size).toBe(24);
    expect(order.indexOf("19200 8N1")).toBeLessThan(order.indexOf("19200 8E1"));
  });

  it("keeps to the rates that were named", () => {
    expect(lineOrder([9_600]).map(lineName)).toEqual(["9600 8N2", "9600 8N1", "9600 8E1", "9600 8O1"]);
  });

  it("asks address 1 and the bare chips' at every setting before any other address", () => {
    const left = walk(new SearchPlan(lineOrder(), RANGE, false));
    expect(left.slice(0, 3)).toEqual(["115200 8N1 @1", "115200 8N1 @247", "9600 8N2 @1"]);
    expect(left.slice(0, 48).every((place) => / @(1|247)$/.test(place))).toBe(true);
    expect(left).toHaveLength(24 * 17);
  });

  it("keeps to the rate and parity at which somebody answered, the same stop bits first, that address no more", () => {
    const plan = new SearchPlan(lineOrder(), [1, 2, 247], false);
    let place = plan.next();
    while (place && name(place) !== "9600 8N2 @1") place = plan.next();
    if (place) plan.answered(place);
    expect(walk(plan)).toEqual(["9600 8N2 @247", "9600 8N2 @2", "9600 8N1 @247", "9600 8N1 @2"]);
  });

  it("goes on with the other rates where every rate is wanted", () => {
    const plan = new SearchPlan(lineOrder([115_200, 9_600]), [1, 2], true);
    const first = plan.next();
    if (first) plan.answered(first);
    expect(walk(plan)[0]).toBe("115200 8N1 @2");
    expect(walk(plan)).toContain("9600 8O1 @1");
    expect(walk(plan)).not.toContain("115200 8N2 @1");
  });

  it("leaves out a setting that the port does not take", () => {
    const plan = new SearchPlan(lineOrder([9_600]), [1], false);
    const line = plan.next()?.line;
    if (line) plan.skip(line);
    expect(walk(plan)).toEqual(["9600 8N1 @1", "9600 8E1 @1", "9600 8O1 @1"]);
  });

  it("has a worst time: a minute and a quarter for all of it, the likely addresses within ten seconds", () => {
    const { left } = new SearchPlan(lineOrder(), RANGE, false);
    expect(worstMs(left, 60)).toBeLessThan(75_000);
    expect(worstMs(left.slice(0, 48), 60)).toBeLessThan(10_000);
    expect(worstMs([], 60)).toBe(0);
  });
});
