import { honestDay } from "#test/detection/honest.ts";
const n=Number(process.argv[2]), from=Number(process.argv[3]??1), h=Number(process.argv[4]??8);
let hours=0, arc=0; const t=performance.now(); const f: Record<string,number>={};
for (let s=from;s<from+n;s++){ const d=honestDay(s,h); hours+=d.hours; arc+=d.arcHours; for (const a of d.falseAlarms){ f[d.kind+":"+a]=(f[d.kind+":"+a]??0)+1; console.log(s,d.kind,a);} }
console.log({hours,arc,f, s:(performance.now()-t)/1000});
