import { mkdtempSync, copyFileSync } from "node:fs";
import { tmpdir } from "node:os"; import { join } from "node:path";
import { openKeys } from "#simulator/platform/keys.ts";
import { issueList, seededEntry } from "#simulator/platform/listIssuer.ts";
import { openListStore } from "#agent/shell/store/listFile.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { readFileSync } from "node:fs";
const d = mkdtempSync(join(tmpdir(),"h3-"));
for (const alg of ["ed25519","sm2"] as const) {
const keys = openKeys(join(d,alg), alg);
let t=performance.now();
const N=1_000_000;
const l = issueList({path: join(d,"c.list"), version: 3, issuedMs: 1767225600000, seed: 5, size: N, people: [], key: keys.key("list")});
console.log(alg, l, "issue ms", performance.now()-t);
const trust = trustFromFile(JSON.parse(readFileSync(keys.trustPath,"utf8")));
const folder=join(d,"s"+alg);
const store=openListStore({folder, trust});
console.log(store.fault?.code);
copyFileSync(l.path, join(folder,"c.part"));
t=performance.now(); await store.activate(join(folder,"c.part")); console.log("activate", performance.now()-t);
store.close();
(globalThis as any).gc?.();
const r0=process.memoryUsage().rss;
t=performance.now(); const s2=openListStore({folder, trust}); console.log("open", performance.now()-t, "rss+", (process.memoryUsage().rss-r0)/1e6);
const list=s2.current!; const times:number[]=[];
const hs:string[]=[]; for(let i=0;i<20000;i++) hs.push(seededEntry(5,N,(i*7919*31)%N,1767225600000).handle);
for(const h of hs){const a=performance.now(); if(!list.lookUp(h)) throw 1; times.push(performance.now()-a);}
times.sort((a,b)=>a-b); console.log("p50 us",times[10000]!*1000,"p99",times[19800]!*1000,"rss+", (process.memoryUsage().rss-r0)/1e6);
}
