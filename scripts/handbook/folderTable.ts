/** What is in a machine's folder, for the installer. */
import { MACHINE_FILES, type MachineFile } from "#scripts/install/machine/machineFolder.ts";
import { markdownTable } from "#scripts/spec/markers.ts";

const MEANING: Readonly<Record<MachineFile, string>> = {
  job: "已做完的步骤；中断后从这里继续",
  config: "模块的配置",
  trust: "平台的信任文件",
  linkKey: "**机密**：芯片与模块之间的密钥，只在这里和芯片里",
  ownKey: "**机密**：模块自己的私钥，只随文件夹装到模块，不得另行复制",
  request: "模块证书的申请",
  certificate: "模块证书；离线安装时后补",
  ca: "平台的 CA；离线安装时后补",
  voucher: "离线登记用的凭单",
  voucherPicture: "凭单的二维码",
  label: "铭牌",
  labelPdf: "铭牌，打印用",
  report: "签名的调试报告",
  reportPdf: "调试报告，打印用",
};

export function folderTable(): string {
  const files = Object.entries(MACHINE_FILES) as [MachineFile, string][];
  return markdownTable(
    ["文件", "内容"],
    files.map(([name, file]) => [`\`${file}\``, MEANING[name]]),
  );
}
