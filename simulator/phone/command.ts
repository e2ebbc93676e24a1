/** `npm run sim -- phone`: one scan by one person. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { decodeChallenge } from "#protocol/pass/challenge.ts";
import type { PassWishes } from "#protocol/pass/claims.ts";
import { PERSON_NAMES, parsePersonName, personOf } from "#simulator/people.ts";
import { CHEAT_NAMES, CHEATS, parseCheatName } from "#simulator/phone/cheats.ts";
import { machineCode } from "#simulator/phone/machineCode.ts";
import { answerTo, type Phone, phoneOf, USUAL_WISHES } from "#simulator/phone/phone.ts";
import { type ScanAnswer, scanAtPage, scanThroughPlatform } from "#simulator/phone/scan.ts";

const EXIT_ERROR = 2;
const EXIT_REFUSED = 3;
const EXIT_CHEATED = 4;
const DEFAULT_PAGE = "http://127.0.0.1:8321";
const DEFAULT_DATA = ".run/platform";
const DEFAULT_WAIT_S = 31;

const HELP = `手机扫码（模拟） · a phone that scans

用法 Usage: npm run sim -- phone --as 角色 --machine 编码 [选项]

  --as NAME        角色 who scans:
${PERSON_NAMES.map((name) => `                     ${name.padEnd(15)}${personOf(name, 0).zh} · ${personOf(name, 0).en}`).join("\n")}
  --machine CODE   设备编码，或设备二维码的内容 · device code, or the text of the machine's QR
  --via page       在设备网页应答（默认） · answers at the agent's page (default)
  --via platform   扫铭牌，由平台授权 · scans the sticker; the platform sends a grant
  --via display    应答屏幕上的验证码（--challenge），打印应答供扫码器读取
                   · answers what the display shows (--challenge), and prints the response for the machine's scanner
  --challenge TEXT 屏幕上的验证码内容 · the text of the display's code, AG1C:…
  --page URL       设备网页，默认 the agent's page, default ${DEFAULT_PAGE}
  --data DIR       平台数据目录，默认 the platform's data folder, default ${DEFAULT_DATA}
  --control PATH   平台控制口，默认 the platform's control socket, default DIR/platform.ctl
  --purpose P      start 开机（默认 default） | guard 监护 vouches as a guardian
  --max-s N        最长作业秒数 longest session, default ${USUAL_WISHES.maxSessionS}
  --checklist N    确认的检查表版本 version of the check-list acknowledged, default 0
  --place LAT,LON  手机位置（度） where the phone is, in degrees
  --show           只显示证书，不扫码 · only print the credential
  --cheat NAME     作弊 tries to cheat, at the page:
${CHEAT_NAMES.map((name) => `                     ${name.padEnd(15)}${CHEATS[name].zh} · ${CHEATS[name].en}`).join("\n")}
  --from CODE      另一台焊机 the other machine, for otherMachine
  --wait S         压住应答的秒数 how long staleChallenge holds back, default ${DEFAULT_WAIT_S}

结束码 Exit code: 0 通过、已下发或已打印 allowed, sent or printed, ${EXIT_REFUSED} 拒绝 refused, ${EXIT_ERROR} 出错 error, ${EXIT_CHEATED} 作弊得逞 the cheat was let in
`;

const OPTIONS = {
  as: { type: "string" },
  machine: { type: "string" },
  via: { type: "string", default: "page" },
  challenge: { type: "string" },
  page: { type: "string", default: DEFAULT_PAGE },
  data: { type: "string", default: DEFAULT_DATA },
  control: { type: "string" },
  purpose: { type: "string", default: USUAL_WISHES.purpose },
  "max-s": { type: "string", default: String(USUAL_WISHES.maxSessionS) },
  checklist: { type: "string", default: "0" },
  place: { type: "string" },
  show: { type: "boolean", default: false },
  cheat: { type: "string" },
  from: { type: "string" },
  wait: { type: "string", default: String(DEFAULT_WAIT_S) },
  help: { type: "boolean", default: false },
} as const;

type Values = ReturnType<typeof parseOptions>;

function parseOptions(args: string[]) {
  return parseArgs({ args, options: OPTIONS }).values;
}

export async function runPhone(argv: string[]): Promise<void> {
  try {
    process.exitCode = await scanAsTold(parseOptions(argv));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT_ERROR;
  }
}

async function scanAsTold(values: Values): Promise<number> {
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const phone = phoneOf(parsePersonName(required(values.as, "--as")), values.data);
  if (values.show) {
    process.stdout.write(`${phone.credential}\n`);
    return 0;
  }
  if (values.via === "display")
    return print({ response: answerTo(decodeChallenge(required(values.challenge, "--challenge")), phone, wishesOf(values)) });
  const machine = machineCode(required(values.machine, "--machine"));
  if (values.cheat !== undefined) return cheat(values.cheat, machine, phone, values);
  if (values.via === "platform") {
    const control = values.control ?? join(values.data, "platform.ctl");
    return print({ sent: true, id: await scanThroughPlatform(control, machine, phone, wishesOf(values)) });
  }
  if (values.via !== "page") throw new RangeError(`--via: page | platform | display`);
  const answer = await scanAtPage(values.page, machine, phone, wishesOf(values));
  print(answer);
  return answer.allowed ? 0 : EXIT_REFUSED;
}

async function cheat(name: string, machine: string, phone: Phone, { page, data, from, wait }: Values): Promise<number> {
  const scene = { page, machine, phone, platformData: data, from: from === undefined ? from : machineCode(from) };
  const answer: ScanAnswer = await CHEATS[parseCheatName(name)].attempt({ ...scene, waitMs: number(wait, "--wait") * 1000 });
  print(answer);
  return answer.allowed ? EXIT_CHEATED : EXIT_REFUSED;
}

function wishesOf({ purpose, "max-s": maxS, checklist, place }: Values): PassWishes {
  if (purpose !== "start" && purpose !== "guard") throw new RangeError("--purpose: start | guard");
  return {
    purpose,
    maxSessionS: number(maxS, "--max-s"),
    checklistVersion: number(checklist, "--checklist"),
    place: place === undefined ? null : placeOf(place),
  };
}

function placeOf(text: string): NonNullable<PassWishes["place"]> {
  const [latitude, longitude] = text.split(",");
  const e5 = (degrees: string | undefined) => Math.round(number(degrees, "--place") * 1e5);
  return { latE5: e5(latitude), lonE5: e5(longitude) };
}

function number(text: string | undefined, option: string): number {
  const value = Number(text);
  if (text === undefined || text === "" || !Number.isFinite(value)) throw new RangeError(`${option}: ${text}`);
  return value;
}

function print(answer: object): 0 {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  return 0;
}

function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new RangeError(`缺少参数 / missing ${option} (--help)`);
  return value;
}
