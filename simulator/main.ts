/** `npm run sim -- WHAT …`: the far end of every wire. */
const HELP = `仿真 simulators: npm run sim -- <chip|silicon|platform|phone|scanner|replay|workshop> [--help]

  chip      芯片与焊工，在真实伪终端上 / chip and welder on a real pty
  silicon   出厂裸片与其引导程序 / a bare part in its bootloader
  platform  省平台与消息代理 / the provincial platform and its broker
  phone     焊工手机扫码 / a welder's phone
  scanner   扫码器模块，在真实伪终端上 / a QR scanner module on a real pty
  replay    用录制的电流电压跑完整链路 / a recording through chip, agent and platform
  workshop  待安装的车间：平台、裸片、焊机、工装 / a workshop before its installation`;

const SIMULATORS: Readonly<Record<string, () => Promise<(argv: string[]) => Promise<unknown>>>> = {
  chip: async () => (await import("#simulator/chip/command.ts")).runChip,
  silicon: async () => (await import("#simulator/chip/silicon/command.ts")).runSilicon,
  platform: async () => (await import("#simulator/platform/command.ts")).runPlatform,
  phone: async () => (await import("#simulator/phone/command.ts")).runPhone,
  scanner: async () => (await import("#simulator/scanner/command.ts")).runScanner,
  replay: async () => (await import("#simulator/replay/command.ts")).runReplay,
  workshop: async () => (await import("#simulator/workshop/command.ts")).runWorkshop,
};

const [name = "", ...rest] = process.argv.slice(2);
const load = SIMULATORS[name];
if (load) {
  const simulator = await load();
  await simulator(rest);
} else {
  console.log(HELP);
  process.exitCode = name === "--help" || name === "-h" ? 0 : 2;
}
