/** Days of honest work: whatever is told of them is a false alarm. */
import { Random } from "#simulator/chip/plant/random.ts";
import { SensingLine } from "#test/detection/line.ts";
import { MACHINES, reasonOf } from "#test/detection/workshop.ts";

const HOUR_MS = 3_600_000;
const KINDS = Object.keys(MACHINES) as (keyof typeof MACHINES)[];

export interface Day {
  seed: number;
  kind: string;
  /** Machine-hours with the chip powered. */
  hours: number;
  arcHours: number;
  falseAlarms: string[];
}

/** One machine on one site, from boot to evening: by default about the field's load, 2.5 h of arc in 8 h. */
export function honestDay(seed: number, hours: number): Day {
  const random = new Random(seed);
  const kind = KINDS[random.integer(0, KINDS.length - 1)] ?? "mma";
  const offsets = { ampsOffset: random.between(-3, 3), voltsOffset: random.between(-0.3, 0.3) };
  const line = new SensingLine(MACHINES[kind], random, offsets);
  line.site.ampsNoise = random.between(0, 2);
  line.site.voltsNoise = random.between(0, 0.3);
  const driftAmps = random.between(-0.5, 0.5);
  while (line.plantMs < hours * HOUR_MS) {
    spell(line, random);
    // Sensors drift with the day's warmth, mains with the neighbours.
    line.make.ampsOffset += driftAmps * random.unit();
    line.make.ampsOffset = Math.max(-6, Math.min(6, line.make.ampsOffset));
    line.site.mainsPart = random.between(0.95, 1.05);
  }
  const arcHours = line.arcMs / HOUR_MS;
  return { seed, kind, hours: line.plantMs / HOUR_MS, arcHours, falseAlarms: line.findings.map(({ found }) => reasonOf(found)) };
}

function spell(line: SensingLine, random: Random): void {
  line.start();
  line.run(random.integer(1_000, 60_000));
  for (let job = random.integer(1, 4); job > 0; job--) {
    const pulseHz = random.unit() < 0.2 ? random.integer(1, 200) : 0;
    line.weld({
      rods: random.integer(1, 6),
      rodMs: random.integer(2_000, 90_000),
      changeMs: random.integer(3_000, 30_000),
      amps: random.integer(40, 260),
      lostPerRod: random.unit() < 0.3 ? random.integer(1, 3) : 0,
      stickMs: random.unit() < 0.1 ? random.integer(500, 8_000) : 0,
      pulseHz,
    });
    while (line.welder.busy) line.run(5_000);
    line.run(random.integer(5_000, 300_000));
    if (random.unit() < 0.02) switchOffAndOn(line, random);
  }
  line.lock();
  line.run(random.unit() < 0.15 ? random.integer(1, 2) * HOUR_MS : random.integer(10_000, 1_200_000));
}

/** At the machine's own switch, with the contactor closed. */
function switchOffAndOn(line: SensingLine, random: Random): void {
  line.site.switchedOn = false;
  line.run(random.integer(5_000, 120_000));
  line.site.switchedOn = true;
  line.run(random.integer(5_000, 20_000));
}
