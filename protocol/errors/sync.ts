import type { ErrorTable } from "#protocol/errors/table.ts";

export const SYNC_ERRORS = {
  "sync.offline": {
    en: "The platform is out of reach",
    zh: "平台无法连接",
    remedyEn: "Nothing is lost: records wait in the journal. Check the network and the broker's address",
    remedyZh: "记录保存在本机，不会丢失。请检查网络和服务器地址",
  },
  "sync.refusedByBroker": {
    en: "The broker refused the connection",
    zh: "服务器拒绝连接",
    remedyEn: "Check the user name, password, certificate and client id",
    remedyZh: "请检查用户名、密码、证书和客户端标识",
  },
  "sync.badTlsFile": {
    en: "A certificate or key for the connection to the platform cannot be used",
    zh: "连接平台所用的证书或密钥文件无法使用",
    remedyEn: "Check broker.tls: the files must be there, in PEM, and the key must belong to the certificate. No restart is needed",
    remedyZh: "请检查 broker.tls：文件须存在且为 PEM 格式，密钥须与证书配对；改正后无需重启",
  },
  "sync.tlsUntrusted": {
    en: "The broker's certificate is not signed by the configured CA",
    zh: "服务器证书不是由配置的 CA 签发",
    remedyEn: "Check the broker's address and broker.tls.caFile; do not connect to this broker before it is known whose it is",
    remedyZh: "请核对服务器地址和 broker.tls.caFile；未查明对方身份前不要连接",
  },
  "sync.tlsExpired": {
    en: "The broker's certificate has expired",
    zh: "服务器证书已过期",
    remedyEn: "The platform must renew it; also check the module's system clock",
    remedyZh: "请平台更新证书，并检查本机系统时间",
  },
  "sync.tlsNotYetValid": {
    en: "The broker's certificate is not valid yet by the module's system clock",
    zh: "按本机系统时间，服务器证书尚未生效",
    remedyEn: "The system clock is behind: set it. The machine goes on off line meanwhile",
    remedyZh: "本机系统时间偏早，请校正；期间设备离线正常工作",
  },
  "sync.tlsOtherName": {
    en: "The broker's certificate is for another name",
    zh: "服务器证书与地址不符",
    remedyEn: "Use in broker.url the name that the certificate has",
    remedyZh: "broker.url 请使用证书中的名称",
  },
  "sync.tlsClientRefused": {
    en: "The broker refuses this module's certificate, or misses one",
    zh: "服务器不接受本机证书，或未提供证书",
    remedyEn: "Check broker.tls.certFile and keyFile: issued by the platform, for this machine, not expired or revoked",
    remedyZh: "请检查 broker.tls.certFile 和 keyFile：须由平台签发给本机，且未过期或吊销",
  },
  "sync.tlsFailed": {
    en: "TLS with the broker failed",
    zh: "与服务器的 TLS 连接失败",
    remedyEn: "Check that broker.url names a TLS port (mqtts://, usually 8883)",
    remedyZh: "请确认 broker.url 指向 TLS 端口（mqtts://，通常为 8883）",
  },
  "sync.subscribeRefused": {
    en: "The broker refused the subscription to the machine's topics",
    zh: "服务器拒绝订阅设备主题",
    remedyEn: "Allow the account to subscribe to the machine's `down` topics",
    remedyZh: "请为该账户开放设备 down 主题的订阅权限",
  },
  "sync.publishTimeout": {
    en: "The broker did not take a message in time",
    zh: "服务器未及时接收消息",
    remedyEn: "The connection is renewed by itself; check the network if it happens often",
    remedyZh: "程序会自动重连；若频繁出现请检查网络",
  },
  "sync.publishFailed": {
    en: "The broker refused a message",
    zh: "服务器拒绝消息",
    remedyEn: "Allow the account to publish on the machine's `up` topics",
    remedyZh: "请为该账户开放设备 up 主题的发布权限",
  },
  "sync.busy": {
    en: "Too many messages wait for the broker",
    zh: "等待服务器接收的消息过多",
    remedyEn: "Wait; the connection is renewed when it does not recover",
    remedyZh: "请稍候；若未恢复程序会自动重连",
  },
  "sync.tooLarge": {
    en: "A message is larger than 256 KiB",
    zh: "消息超过 256 KiB",
    remedyEn: "The sender must split it",
    remedyZh: "发送方应拆分消息",
  },
  "sync.badMessage": {
    en: "A message of the platform cannot be read",
    zh: "平台消息无法解析",
    remedyEn: "Compare the platform's version of the specification with the agent's",
    remedyZh: "请核对平台与终端的规范版本",
  },
  "sync.badAck": {
    en: "The platform's acknowledgement contradicts itself",
    zh: "平台确认内容自相矛盾",
    remedyEn: "Compare the platform's version of the specification with the agent's",
    remedyZh: "请核对平台与终端的规范版本",
  },
  "sync.ackOtherChain": {
    en: "The platform acknowledged another journal of this machine",
    zh: "平台确认的是该设备的另一日志",
    remedyEn: "Nothing to do after a new journal began; else check for a second agent with the same device code",
    remedyZh: "更换日志后属正常；否则请检查是否有另一终端使用同一设备编码",
  },
  "sync.ackBeyond": {
    en: "The platform acknowledged more than the journal holds",
    zh: "平台确认的序号超出本机日志",
    remedyEn: "The journal was cut back or another agent uses the device code: have it inspected",
    remedyZh: "本机日志可能被回退，或有其他终端使用同一设备编码，请现场检查",
  },
  "sync.platformBehind": {
    en: "The platform asks for records that were deleted here after its signed confirmation",
    zh: "平台索要已按其签名确认删除的记录",
    remedyEn: "Restore the platform's store from its backup",
    remedyZh: "请从备份恢复平台数据",
  },
  "sync.unreadableRows": {
    en: "Rows of the journal could not be read for sending",
    zh: "读取待上传记录失败",
    remedyEn: "See the error beside it; sending is tried again by itself",
    remedyZh: "请查看相关错误；程序会自动重试",
  },
  "sync.rowsLost": {
    en: "The last records of a lane were lost with the damage of the card",
    zh: "存储卡损坏，某通道末尾的记录已丢失",
    remedyEn: "Nothing to do: the record says so (`journalDamaged`), and the platform is told with the lane's next record",
    remedyZh: "无需操作：日志中已有记录（journalDamaged），该通道下一条记录上传时会告知平台",
  },
  "sync.recordsRefused": {
    en: "The platform has refused records of this machine",
    zh: "平台拒收了本机的部分记录",
    remedyEn:
      "They are kept here until their retention ends; compare codes and digest (`arcgate status`) with the platform's report, and the versions of the specification",
    remedyZh: "记录在保留期内仍存于本机；请与平台报告核对代码和摘要（arcgate status），并核对规范版本",
  },
  "sync.ackOverdue": {
    en: "The platform has acknowledged nothing for too long: the connection is renewed",
    zh: "平台长时间未确认，正在重新连接",
    remedyEn: "If it goes on, check that the platform's receiver runs",
    remedyZh: "若持续出现，请检查平台接收服务是否运行",
  },
} as const satisfies ErrorTable;
