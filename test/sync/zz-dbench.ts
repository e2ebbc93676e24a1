import { mkdtempSync } from "node:fs";
import { openJournal } from "/work/main/agent/shell/store/journal.ts";
import { agentEnd, mqttConnector } from "/work/main/test/sync/agentEnd.ts";
import { SYNC_LIMITS } from "/work/main/agent/core/sync/syncState.ts";
import { events, MACHINE, LEGAL } from "/work/main/test/journal/fixtures.ts";
const [url = "", batch = "100", total = "60000"] = process.argv.slice(2);
const dir = mkdtempSync("/work/.jb-");
const j = openJournal({ path: dir + "/j.db", initialEpoch: 5 });
const end = agentEnd(j, [MACHINE], mqttConnector(url, [MACHINE], j), { limits: { ...SYNC_LIMITS, batchEvents: Number(batch) } });
end.sync.start();
while (!end.sync.status().online) await new Promise((r) => setTimeout(r, 10));
await new Promise((r) => setTimeout(r, 200));
const n = Number(total); const t0 = performance.now(); let made = 0; const c0 = process.cpuUsage();
while (made < n || end.sync.status().backlog > 0) {
  if (made < n && end.sync.status().backlog < 4000) { end.commit(events(100, made)); made += 100; await new Promise((r) => setImmediate(r)); }
  else await new Promise((r) => setImmediate(r));
}
const s = (performance.now() - t0) / 1000; const c = process.cpuUsage(c0);
console.log("batch", batch, "door->ack ev/s", Math.round(n / s), "agent cpu us/ev", ((c.user + c.system) / n).toFixed(1));
await end.sync.close(); j.close();
