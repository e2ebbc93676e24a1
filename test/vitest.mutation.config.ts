import { defineConfig } from "vitest/config";

/** For `npm run mutation`: the tables that state the rules of interlock and licensing, without the slow properties over seeds. */
export default defineConfig({
  test: {
    include: ["test/interlock/**/*.test.ts", "test/licensing/**/*.test.ts"],
    exclude: ["test/licensing/properties.test.ts"],
  },
});
