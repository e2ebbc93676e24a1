import { measureWindows } from "/work/main/scripts/bench/pipeline/windows.ts";
console.log(await measureWindows(process.argv[2]==="q"));
