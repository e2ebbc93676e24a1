/** The faults that commissioning names, and what to do about each. Read by people at a machine: plain words, Chinese first. */

export interface FaultText {
  readonly zh: string;
  readonly en: string;
  readonly doZh: string;
  readonly doEn: string;
}

export const FAULTS = {
  linkMisses: {
    zh: "芯片时常不应答",
    en: "The chip often does not answer",
    doZh: "检查 RS-485 的 A、B 线和接线端子是否松动，线缆两端是否各接一个 120 Ω 终端电阻，芯片供电是否稳定",
    doEn: "Check the RS-485 wires A and B and their terminals, one 120 Ω resistor at each end of the cable, and the chip's supply",
  },
  linkNoisy: {
    zh: "通信线路有干扰",
    en: "The line is noisy",
    doZh: "通信线改用屏蔽双绞线，屏蔽层单端接地，与焊接电缆分开至少 20 cm，两端接 120 Ω 终端电阻",
    doEn: "Use shielded twisted pair earthed at one end, at least 20 cm from welding cables, with a 120 Ω resistor at each end",
  },
  currentSensorUnplugged: {
    zh: "电流传感器未接或断线",
    en: "The current sensor is unplugged or its wire is broken",
    doZh: "断电后检查电流传感器插头和四根线（电源正、电源负、信号、地）是否插到位",
    doEn: "With the power off, check the current sensor's plug and its four wires (supply +, supply −, signal, ground)",
  },
  currentSensorDrifted: {
    zh: "无电流时读数偏离零点",
    en: "The current reads far from zero while nothing flows",
    doZh: "确认传感器附近没有其他大电流电缆穿过；断电重插传感器；仍偏离则更换传感器，并重新校零",
    doEn: "Keep other cables out of the sensor's window, plug it anew with the power off; if it stays, change the sensor and its zero is measured anew",
  },
  currentReversed: {
    zh: "电流传感器装反",
    en: "The current sensor is mounted the other way round",
    doZh: "断电后把传感器翻转，使箭头顺着电流从“+”端子流出的方向，或把分流器的两根取样线对调",
    doEn: "With the power off, turn the sensor so that its arrow follows the current out of the terminal +, or swap the shunt's two sense wires",
  },
  currentSensorHalf: {
    zh: "电流读数约为实际的一半：量程不符",
    en: "The current reads about half of what flows: the range is wrong",
    doZh: "核对传感器铭牌量程与安装时填写的量程；电缆应整根只穿过一次；量程填错须重新写入",
    doEn: "Compare the range on the sensor with the one given at provisioning; the whole cable goes through once; a wrong range must be provisioned anew",
  },
  currentDeviates: {
    zh: "电流读数与所设电流不符",
    en: "The current reads far from what is set",
    doZh: "用钳形表核对焊机面板的电流；核对传感器量程；焊接电缆应整根穿过传感器",
    doEn: "Compare the panel's current with a clamp meter and the sensor with its range; the whole welding cable must go through the sensor",
  },
  voltageReversed: {
    zh: "电压取样线接反",
    en: "The voltage leads are the other way round",
    doZh: "断电后对调两根电压取样线：红线接焊机输出正端，黑线接负端",
    doEn: "With the power off, swap the two voltage leads: red to the output's positive terminal, black to the negative",
  },
  voltageLeadsOpen: {
    zh: "电压取样线断开或短接：读数为 0 V",
    en: "The voltage leads are open or bridged: they read 0 V",
    doZh: "确认焊机电源开关已合上；检查两根电压取样线是否接在焊机输出端、有无断线或碰在一起",
    doEn: "See that the machine's own switch is on; check that both leads sit on the output terminals, are not broken and do not touch",
  },
  openVoltageTooHigh: {
    zh: "空载电压超过 GB/T 15579.1 限值",
    en: "The open-circuit voltage is above the bound of GB/T 15579.1",
    doZh: "停止使用该焊机并送修；若万用表测得正常，核对电压量程",
    doEn: "Take the machine out of use and have it repaired; if a multimeter shows a sound voltage, check the voltage range",
  },
  openVoltageTooLow: {
    zh: "空载电压过低",
    en: "The open-circuit voltage is too low to be right",
    doZh: "用万用表核对焊机输出电压；核对电压量程和取样线接点",
    doEn: "Measure the output with a multimeter; check the voltage range and where the leads sit",
  },
  coilOpen: {
    zh: "接触器不吸合",
    en: "The contactor does not close",
    doZh: "断电后检查芯片输出到接触器线圈（A1、A2）的接线、线圈电压和控制回路熔断器",
    doEn: "With the power off, check the wires from the chip's output to the coil (A1, A2), the coil's voltage and the control fuse",
  },
  contactorWelded: {
    zh: "接触器断不开：焊机仍然带电！",
    en: "The contactor does not open: the machine is still live!",
    doZh: "立即断开上级开关；更换接触器（主触头粘连），不得只更换触头",
    doEn: "Switch the supply off upstream at once; replace the contactor (its main contacts are welded), not the contacts alone",
  },
  mirrorOpen: {
    zh: "镜像触点始终显示主触头断开",
    en: "The mirror contact never tells that the main contacts are closed",
    doZh: "断电后检查镜像触点（常闭 21–22）到芯片的两根线是否短接，确认所用触点随主触头动作",
    doEn: "With the power off, see whether the two wires from the mirror contact (break contact 21–22) to the chip are bridged, and that this contact follows the main ones",
  },
  mirrorStuck: {
    zh: "镜像触点始终显示主触头闭合",
    en: "The mirror contact always tells that the main contacts are closed",
    doZh: "断电后检查镜像触点（常闭 21–22）的两根线有无断开、松动，是否错接到常开触点",
    doEn: "With the power off, see whether the two wires of the mirror contact (break contact 21–22) are broken or loose, or sit on a normally open contact",
  },
  contactorBypassed: {
    zh: "接触器被短接：断开时焊机仍有电",
    en: "The contactor is bypassed: with it open the machine has power",
    doZh: "断开上级开关，拆除与主触头并联的导线；焊机的电源必须全部经过接触器",
    doEn: "Switch off upstream and remove the wire round the main contacts; all of the machine's supply must go through the contactor",
  },
  budgetSpent: {
    zh: "芯片的离线额度已用完，拒绝闭合",
    en: "The chip's offline budget is spent: it refuses to close",
    doZh: "让模块联网，平台会补充额度；然后再次运行本命令",
    doEn: "Connect the module: the platform refills the budget; then run this command again",
  },
  leaseIgnored: {
    zh: "停止续租后接触器没有按时断开",
    en: "The contactor does not open when nobody renews its lease",
    doZh: "不得使用：更换芯片板；若芯片显示已断开而焊机带电，检查接触器",
    doEn: "Do not use it: replace the chip's board; if the chip says open and the machine is live, look at the contactor",
  },
  leaseUnproven: {
    zh: "租约断开时间未能测准",
    en: "The time at which the lease opened could not be measured",
    doZh: "排除通信干扰，关闭占用电脑的其他程序，再次运行本命令",
    doEn: "Rid the line of noise, close what keeps the computer busy, and run this command again",
  },
  eStopNotWired: {
    zh: "按下急停，芯片没有反应",
    en: "The emergency stop is pressed and the chip sees nothing",
    doZh: "检查急停按钮的监测触点到芯片的接线；急停按钮本身必须仍直接切断接触器线圈",
    doEn: "Check the wires from the emergency stop's sensing contact to the chip; the button must still cut the coil by itself",
  },
  eStopInverted: {
    zh: "急停触点接反：松开为急停，按下为正常",
    en: "The emergency stop is inverted: released reads as pressed",
    doZh: "断电后把监测线从常开触点改接到第二组常闭触点（21–22）；11–12 串在线圈回路里",
    doEn: "With the power off, move the sensing wires from the normally open to the second break contact (21–22); 11–12 is in series with the coil",
  },
  eStopIgnored: {
    zh: "急停没有断开或没有禁止闭合",
    en: "The emergency stop does not open the contactor, or does not keep it open",
    doZh: "不得使用：更换芯片板",
    doEn: "Do not use it: replace the chip's board",
  },
  enclosureNotWired: {
    zh: "打开机箱门，芯片没有反应",
    en: "The enclosure is opened and the chip sees nothing",
    doZh: "检查门开关是否被短接、装歪，及其到芯片的接线",
    doEn: "See whether the door switch is bridged or misaligned, and check its wires to the chip",
  },
  enclosureInverted: {
    zh: "门开关接反：关门显示为开门",
    en: "The enclosure switch is inverted: closed reads as open",
    doZh: "断电后把门开关改接到另一对触点",
    doEn: "With the power off, use the switch's other pair of contacts",
  },
  enclosureIgnored: {
    zh: "打开机箱门没有断开或没有禁止闭合",
    en: "The open enclosure does not open the contactor, or does not keep it open",
    doZh: "不得使用：更换芯片板",
    doEn: "Do not use it: replace the chip's board",
  },
  startNotWired: {
    zh: "按下启动按钮，芯片没有反应",
    en: "The start button is pressed and the chip sees nothing",
    doZh: "检查启动按钮（常开触点 13–14）到芯片的两根线",
    doEn: "Check the two wires from the start button (normally open contact 13–14) to the chip",
  },
  startStuck: {
    zh: "启动按钮一直处于按下状态",
    en: "The start button reads pressed all the time",
    doZh: "检查按钮是否卡住、两根线是否短接，或错接到常闭触点",
    doEn: "See whether the button sticks, its wires are bridged, or they sit on the normally closed contact",
  },
  agentNotStarted: {
    zh: "焊闸程序没有启动",
    en: "The agent does not start",
    doZh: "运行 arcgate doctor --config arcgate.yaml，按其提示处理",
    doEn: "Run arcgate doctor --config arcgate.yaml and do what it says",
  },
  scanNotSeen: {
    zh: "没有收到扫码",
    en: "No scan arrived",
    doZh: "检查手机是否连上模块网络或平台，扫码器的串口是否正确，然后重新扫码",
    doEn: "Check that the phone reaches the module or the platform, and the scanner's port; scan again",
  },
  scanRefused: {
    zh: "扫码被拒绝",
    en: "The scan was refused",
    doZh: "原因见报告；请持有效证书的焊工扫码，并确认证书名单已下载",
    doEn: "The report has the reason; let a welder with a valid certificate scan, and see that the certificate list has arrived",
  },
  scanDidNotClose: {
    zh: "扫码已准许，但接触器没有闭合",
    en: "The scan was allowed and the contactor did not close",
    doZh: "在 30 秒内按启动按钮；查看 arcgate status 所示的原因",
    doEn: "Press start within 30 s; see arcgate status for the reason",
  },
  arcNotSeen: {
    zh: "没有测到电弧",
    en: "No arc was measured",
    doZh: "确认已起弧并持续 3 秒以上，焊接电缆穿过电流传感器，电压取样线接好",
    doEn: "Strike an arc and hold it for 3 s or more, with the welding cable through the sensor and the voltage leads on",
  },
  clockUnknown: {
    zh: "时间未知：没有收到平台的授时",
    en: "The time is unknown: the platform has not told it",
    doZh: "让模块联网后再次运行本命令；离线安装可以以后补做",
    doEn: "Connect the module and run this command again; an installation off line may do it later",
  },
  clockUnsound: {
    zh: "时间区间过宽或矛盾",
    en: "The interval of time is too wide, or contradicts itself",
    doZh: "检查网络延迟，重启焊闸程序后再试",
    doEn: "Look at the network's delay, restart the agent and try again",
  },
  platformOffline: {
    zh: "没有连上平台",
    en: "The platform is not reached",
    doZh: "检查网络、平台地址和证书文件：arcgate status 会说明原因",
    doEn: "Check the network, the broker's address and the certificates: arcgate status says why",
  },
  notAcknowledged: {
    zh: "平台没有确认该焊机的记录",
    en: "The platform has not acknowledged this machine's records",
    doZh: "确认设备编码已在平台登记；查看 arcgate status 中的待传与拒收",
    doEn: "See that the device code is registered with the platform, and what arcgate status says is waiting or refused",
  },
  chipNotLocked: {
    zh: "芯片没有锁定",
    en: "The chip is not locked",
    doZh: "再次运行本命令；仍不行则更换芯片板",
    doEn: "Run this command again; if it stays so, replace the chip's board",
  },
} as const satisfies Readonly<Record<string, FaultText>>;

export type FaultId = keyof typeof FAULTS;
