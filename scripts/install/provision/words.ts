/** What provisioning says while it goes on. */
import type { Told } from "#scripts/install/machine/teller.ts";

const STEPS = {
  meet: ["正在查找芯片", "Looking for the chip"],
  code: ["分配设备编码", "Assigning the device code"],
  offline: ["平台登记服务无法连接，使用离线号段", "The registry cannot be reached: a code of the installer's own block"],
  keys: ["生成密钥", "Making the keys"],
  write: ["写入芯片", "Writing to the chip"],
  boot: ["等待芯片重启", "Waiting for the chip to boot"],
  prove: ["核对链路密钥", "Proving the link key"],
  zero: ["测量零点", "Measuring the zero"],
  voucher: ["生成模块证书请求和凭单", "Making the module's certificate request and the voucher"],
  register: ["向平台登记", "Registering with the platform"],
  pending: [
    "暂未登记：稍后运行 arcgate-install register，或由平台扫描凭单",
    "Not registered yet: run `arcgate-install register` later, or have the platform scan the voucher",
  ],
  done: ["芯片配置完成", "The chip is provisioned"],
  lock: ["锁定芯片", "Locking the chip"],
} as const;

export function said(step: keyof typeof STEPS): Told {
  const [zh, en] = STEPS[step];
  return { step: "provision", zh, en };
}
