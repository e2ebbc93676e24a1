import { FAULTS, tryFault } from "#test/detection/faults.ts";
const n = Number(process.argv[2] ?? 100); const only = process.argv[3];
for (const fault of Object.keys(FAULTS)) {
  if (only && fault!==only) continue;
  const t=performance.now();
  const trials = Array.from({length:n},(_,i)=>tryFault(fault, 1000+i));
  const d = trials.map(t=>t.delayMs).filter(x=>x!==null).sort((a,b)=>a-b);
  const late = trials.filter(t=>t.delayMs===null||t.delayMs>2000);
  console.log(fault, "found", d.length, "late", late.length, "median", d[d.length>>1], "max", d.at(-1), late.slice(0,5).map(t=>[t.seed,t.delayMs]).join(" "), Math.round(performance.now()-t),"ms");
}
