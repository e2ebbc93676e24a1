#!/usr/bin/env -S node --import tsx
import { runCli } from "#agent/cli.ts";

// Exits by itself: what a refused start had opened already must not keep a process alive that does nothing.
process.exit(await runCli(process.argv.slice(2)));
