/** Stands where a stage starts its agent: the real one runs in the module's root, under its own supervisor, and has the page that the configuration names. */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { parse } from "yaml";

const { page } = parse(readFileSync(process.argv.at(-1) ?? "", "utf8")) as { page: { host: string; port: number } };
console.log(`焊闸已启动 ${JSON.stringify({ page: `http://${page.host}:${page.port}` })}`);
// The stage ends it.
await delay(2 ** 31 - 1);
