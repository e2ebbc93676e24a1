import { parseConfig } from "#agent/shell/system/configFile.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** A configuration with everything in it: two buses, our chip and a foreign machine. */
export const WHOLE = `data: /var/lib/arcgate
page: { host: 127.0.0.1, port: 8321 }
broker:
  url: mqtt://127.0.0.1:1883
  username: module-7
  passwordFile: /etc/arcgate/broker.password
trust:
  file: /etc/arcgate/trust.json
storage:
  maxMegabytes: 1024
journal:
  retentionDays: 7
calendar:
  listRefresh: 17 3 * * *
log: { level: info }
buses:
  - port: /dev/ttyS1
    baudRate: 115200
    machines:
      - device: 370983ZARCG00000001X
        address: 1
        designation: ZX7-400
        ratedDutyCycle: 0.6
        linkKeyFile: /etc/arcgate/link.key
        scanner: { port: /dev/ttyS2, model: gm65 }
        policy:
          class: enforced
          idleRelockS: 600
      - device: 370983NARCG00000002X
        address: 2
        designation: NBC-350
        linkKey: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
  - port: tcp://192.168.1.20:502
    baudRate: 9600
    parity: even
    stopBits: 1
    machines:
      - device: 370983BARCG000000033
        designation: BX1-315
        meter: { map: pzem-017, address: 1 }
        relay: { map: relay-flash-on, address: 2, coil: 0 }
        scanner: { port: tcp://192.168.1.21:4001, model: plain, baudRate: 115200 }
`;

/** The error that the text is refused with, or null. Anything but a CodedError is thrown. */
export function refusal(text: string): CodedError | null {
  try {
    parseConfig(text, "arcgate.yaml");
    return null;
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
}
