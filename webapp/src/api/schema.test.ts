// The generated types and the hand-written documents against what the server exports.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSchema, parse, validate } from "graphql";
import { expect, test } from "vitest";
import { LIVE_DASHBOARD, LIVE_EVENTS, LIVE_VISITORS } from "./documents";

const openapi = fileURLToPath(new URL("../../../openapi/", import.meta.url));

test("schema.ts is what the generator makes of openapi.json", () => {
  const generator = join(import.meta.resolve("openapi-typescript"), "../../bin/cli.js");
  const schema = fileURLToPath(new URL("schema.ts", import.meta.url));
  execFileSync(
    process.execPath,
    [fileURLToPath(generator), join(openapi, "openapi.json"), "--output", schema, "--check"],
    { stdio: "pipe" },
  );
});

test.each([
  ["liveDashboard", LIVE_DASHBOARD],
  ["liveVisitors", LIVE_VISITORS],
  ["liveEvents", LIVE_EVENTS],
])("%s asks for what schema.graphql offers", (_name, document) => {
  const schema = buildSchema(readFileSync(join(openapi, "schema.graphql"), "utf8"));
  expect(validate(schema, parse(document))).toEqual([]);
});
