/** Verdicts on what is read of the chip itself: link, sensors, contactor, watchdog. */
import { type Finding, failed, limit, measure, passed, skipped, yesNo } from "#scripts/install/commission/core/finding.ts";
import { LIMITS, type MachineLimits } from "#scripts/install/commission/core/limits.ts";
import type { ContactorReading, LeaseReading, LinkReading, OpenReading } from "#scripts/install/commission/core/readings.ts";

export function judgeLink(reading: LinkReading): Finding {
  const { exchanges, misses, noise, medianMs, mostMs } = reading;
  const measured = [
    measure("exchanges", exchanges, ""),
    measure("misses", misses, ""),
    measure("noise", noise, ""),
    measure("roundTrip", medianMs, "ms"),
    measure("longestRoundTrip", mostMs, "ms"),
  ];
  const most = LIMITS.linkSpoiltMost;
  const limits = [limit("misses", null, most, ""), limit("noise", null, most, ""), limit("roundTrip", null, LIMITS.roundTripMostMs, "ms")];
  if (noise > most) return failed("linkNoisy", { measured, limits });
  const isSlow = medianMs > LIMITS.roundTripMostMs;
  return misses > most || isSlow ? failed("linkMisses", { measured, limits }) : passed({ measured, limits });
}

export function judgeZero({ amps, sight }: OpenReading, { zeroMostAmps }: MachineLimits): Finding {
  const figures = {
    measured: [measure("current", amps, "A"), yesNo("sensorMissing", sight.sensorMissing)],
    limits: [limit("current", -zeroMostAmps, zeroMostAmps, "A")],
  };
  if (sight.sensorMissing) return failed("currentSensorUnplugged", figures);
  return Math.abs(amps) > zeroMostAmps ? failed("currentSensorDrifted", figures) : passed(figures);
}

export function judgeBypass({ firstVolts, lastVolts, waitedMs, sight }: OpenReading): Finding {
  const most = LIMITS.powerlessMostVolts;
  const figures = {
    measured: [
      measure("voltageAtFirst", firstVolts, "V"),
      measure("voltage", lastVolts, "V"),
      measure("waited", waitedMs / 1_000, "s"),
      yesNo("mirrorClosed", sight.mirrorClosed),
    ],
    limits: [limit("voltage", -most, most, "V")],
  };
  if (Math.abs(lastVolts) < most) return passed(figures);
  return failed(sight.mirrorClosed ? "contactorWelded" : "contactorBypassed", figures);
}

export function judgeContactor({ rest, closing, opening }: ContactorReading): Finding {
  const figures = contactorFigures({ rest, closing, opening });
  const powered = (volts: number) => Math.abs(volts) >= LIMITS.powerlessMostVolts;
  if (rest.sight.mirrorClosed) return failed(powered(rest.volts) ? "contactorWelded" : "mirrorStuck", figures);
  if (closing === null || closing.result === "refused") return skipped(barredBy(rest), figures);
  if (closing.result === "budgetSpent") return failed("budgetSpent", figures);
  if (!closing.mirrorClosed) return failed(powered(closing.volts) ? "mirrorOpen" : "coilOpen", figures);
  if (opening?.mirrorClosed !== false) {
    const falls = powered(closing.volts) && Math.abs(opening?.volts ?? closing.volts) < LIMITS.fallenPart * Math.abs(closing.volts);
    return failed(falls ? "mirrorStuck" : "contactorWelded", figures);
  }
  return passed(figures);
}

/** The item that says why the chip does not close. */
function barredBy({ sight }: ContactorReading["rest"]): "eStop" | "enclosure" | "currentZero" | "noBypass" {
  if (sight.eStop) return "eStop";
  if (sight.enclosureOpen) return "enclosure";
  return sight.fault === "sensorMissing" || sight.fault === "currentWhileOpen" ? "currentZero" : "noBypass";
}

function contactorFigures({ rest, closing, opening }: ContactorReading) {
  const measured = [yesNo("mirrorAtRest", rest.sight.mirrorClosed), measure("voltageAtRest", rest.volts, "V")];
  if (closing) {
    measured.push(yesNo("mirrorWhenClosed", closing.mirrorClosed), measure("voltageWhenClosed", closing.volts, "V"));
    if (closing.mirrorClosed) measured.push(measure("closesWithin", closing.afterMs, "ms"));
  }
  if (opening) {
    measured.push(yesNo("mirrorWhenOpened", opening.mirrorClosed), measure("voltageWhenOpened", opening.volts, "V"));
    if (!opening.mirrorClosed) measured.push(measure("opensWithin", opening.afterMs, "ms"));
  }
  return { measured, limits: [limit("mirrorAtRest", 0, 0, ""), limit("mirrorWhenClosed", 1, 1, ""), limit("mirrorWhenOpened", 0, 0, "")] };
}

export function judgeVoltage(volts: number, limits: MachineLimits): Finding {
  const { alternating, openCircuitLeastVolts: least, openCircuitMostVolts: most } = limits;
  const figures = {
    measured: [measure("openCircuit", volts, "V"), yesNo("alternating", alternating)],
    limits: [limit("openCircuit", least, most, "V")],
  };
  const size = Math.abs(volts);
  if (size < LIMITS.leadsOpenMostVolts) return failed("voltageLeadsOpen", figures);
  if (!alternating && volts < 0) return failed("voltageReversed", figures);
  if (size < least) return failed("openVoltageTooLow", figures);
  return size > most ? failed("openVoltageTooHigh", figures) : passed(figures);
}

/** Whether this measurement tells; one that does not is made again. */
export function tellsOfLease({ leaseMs, closedUntilMs, openFromMs }: LeaseReading): boolean {
  const most = leaseMs + LIMITS.leaseGraceMs;
  return (openFromMs !== null && openFromMs <= most) || (closedUntilMs !== null && closedUntilMs > most);
}

export function judgeLease(reading: LeaseReading): Finding {
  const { leaseMs, closedUntilMs, openFromMs, openedBy } = reading;
  const most = leaseMs + LIMITS.leaseGraceMs;
  const measured = [measure("lease", leaseMs, "ms")];
  if (closedUntilMs !== null) measured.push(measure("closedUntil", closedUntilMs, "ms"));
  if (openFromMs !== null) measured.push(measure("opensWithin", openFromMs, "ms"));
  const figures = { measured, limits: [limit("opensWithin", null, most, "ms")] };
  if (closedUntilMs !== null && closedUntilMs > most) return failed("leaseIgnored", figures);
  if (openFromMs === null || openFromMs > most || openedBy !== "leaseLapsed") return failed("leaseUnproven", figures);
  return passed(figures);
}
