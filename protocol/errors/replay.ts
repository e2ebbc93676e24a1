import type { ErrorTable } from "#protocol/errors/table.ts";

export const REPLAY_ERRORS = {
  "replay.badOption": {
    en: "The recording cannot be replayed with this option",
    zh: "回放参数有误",
    remedyEn: "Run `npm run sim -- replay --help` and correct the option named",
    remedyZh: "请运行 `npm run sim -- replay --help`，修改所指出的参数",
  },
  "replay.tooLong": {
    en: "The recording is longer than one session may last",
    zh: "录波超过一次作业允许的时长",
    remedyEn: "Cut the recording into parts of less than 23 hours and replay each",
    remedyZh: "请把录波切成不足 23 小时的几段，分别回放",
  },
  "replay.interrupted": {
    en: "The recording was not played through: what was measured is not all of it",
    zh: "录波未能完整回放，测量结果不全",
    remedyEn: "Replay it again with a lower --speed, or on a computer with less to do",
    remedyZh: "请降低 --speed 重新回放，或换一台负荷较低的计算机",
  },
  "replay.incomplete": {
    en: "The platform does not hold everything that the agent recorded",
    zh: "平台收到的记录不全",
    remedyEn: "Replay it again; if it stays, look at the logs in the folder named",
    remedyZh: "请重新回放；若仍如此，请查看所指出目录中的日志",
  },
} as const satisfies ErrorTable;
