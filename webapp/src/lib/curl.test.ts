import { expect, test } from "vitest";
import { curlExample } from "./curl";

const base = {
  apiBase: "https://haru.test",
  token: "haru_x",
  site: { domain: "lumen.blog", name: "Mara's" },
};

test("shows the first thing that the token may do", () => {
  expect(curlExample({ ...base, scopes: ["stats:read", "sites:write"] })).toBe(
    [
      "curl 'https://haru.test/api/v2/query' \\",
      "  -X POST \\",
      "  -H 'Authorization: Bearer haru_x' \\",
      "  -H 'Content-Type: application/json' \\",
      `  -d '{"site_id":"lumen.blog","metrics":["visitors","pageviews"],"date_range":"7d"}'`,
    ].join("\n"),
  );
  expect(curlExample({ ...base, scopes: ["sites:read"] })).toBe(
    "curl 'https://haru.test/api/v1/sites' \\\n  -H 'Authorization: Bearer haru_x'",
  );
  expect(curlExample({ ...base, scopes: ["events:write"] })).toContain("/api/v1/sites/lumen.blog/events");
});

test("a quote in a name does not end the shell's", () => {
  expect(curlExample({ ...base, scopes: ["sites:write"] })).toContain(`-d '{"name":"Mara'\\''s"}'`);
});
