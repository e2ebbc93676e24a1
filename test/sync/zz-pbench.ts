import { createServer } from "node:net";
import { Aedes } from "aedes";
import { FarEnd } from "/work/main/test/sync/farEnd.ts";
const a = await Aedes.createBroker(); const s = createServer(a.handle); s.listen(18999, "127.0.0.1", async () => { const f = new FarEnd("mqtt://127.0.0.1:18999"); await f.start(); console.log("up"); });
