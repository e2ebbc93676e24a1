/** The agent's configuration as text, with a word in both languages beside what a person may want to change. */
import { Document, isMap, isPair, isScalar, isSeq, type Node } from "yaml";
import { type BusFacts, busesOf, type ConfigFacts, classOf, type MachineFacts } from "#scripts/install/discover/configFacts.ts";

const COMMENTS: Readonly<Record<string, string>> = {
  data: " 数据文件夹：记录、名单、日志 Folder of records, lists and logs",
  page: " 本机网页：焊工用手机扫码，安装人员查看状态 The page that welders scan and installers look at",
  broker: " 平台消息服务 The platform's broker",
  trust: " 平台公钥文件 The platform's public keys",
  buses: " 总线：每条一个串口，或 tcp://地址:端口 Buses: a serial port each, or tcp://host:port",
  baudRate: " 须与设备一致 As the devices are set",
  device: " 设备编码，与标签一致 Device code, as on the label",
  designation: " 焊机型号 (GB/T 10249) The machine's designation: gives process, DC or AC, rated amperes",
  linkKeyFile: " 芯片链路密钥，仅限本程序读取 The chip's link key: for the agent's eyes alone",
  relay: " 继电器：线圈从 0 起 Relay; coils count from 0",
  policy: " 该继电器无定时断开，只能监测 This relay has no timed output: such a machine is only monitored",
};

/** YAML that the agent's loader takes. `trustFile` is used where the facts name none. */
export function configText(facts: ConfigFacts, trustFile: string): string {
  const { broker, dataFolder, page } = facts;
  const document = new Document({
    data: dataFolder,
    ...(page && { page }),
    broker: { url: broker.url, ...(broker.tls && { tls: broker.tls }) },
    trust: { file: facts.trustFile ?? trustFile },
    buses: busesOf(facts).map(busValue),
  });
  comment(document.contents, new Set());
  return document.toString({ lineWidth: 0 });
}

function busValue({ bus, machines }: BusFacts): object {
  const { port, baudRate, parity, stopBits } = bus;
  return { port, baudRate, parity, stopBits, machines: machines.map(machineValue) };
}

function machineValue(machine: MachineFacts): object {
  const { device, designation, scanner } = machine;
  const link =
    "relay" in machine ? { meter: machine.meter, relay: machine.relay } : { address: machine.address, linkKeyFile: machine.linkKeyFile };
  const monitored = classOf(machine) === "monitored";
  return { device, designation, ...link, ...(scanner && { scanner }), ...(monitored && { policy: { class: "monitored" } }) };
}

/** Each word once, where its key stands first. */
function comment(node: Node | null, said: Set<string>): void {
  if (isSeq(node)) for (const item of node.items) comment(item as Node, said);
  if (!isMap(node)) return;
  for (const item of node.items) {
    if (!isPair(item) || !isScalar(item.key)) continue;
    const name = String(item.key.value);
    const words = COMMENTS[name];
    if (words !== undefined && !said.has(name)) item.key.commentBefore = words;
    said.add(name);
    comment(item.value as Node, said);
  }
}
