import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { PLATFORMS, scriptOf, stepsFor } from "./install";

const SITE = {
  snippet: '<script defer src="https://stats.example/base/js/haru.js" data-token="tok_1"></script>',
  tracking_token: "tok_1",
};
const script = scriptOf(SITE);

test("the address is that of the snippet", () => {
  expect(script.src).toBe("https://stats.example/base/js/haru.js");
});

test.each(PLATFORMS)("%s has code with the address and the token", (platform) => {
  const codes = stepsFor(platform, script).flatMap(({ code }) => code ?? []);
  expect(codes.length).toBeGreaterThan(0);
  for (const code of codes) {
    expect(code).toContain(script.src);
    expect(code).toContain(script.token);
  }
});

test("the loader for the tag manager puts address and token on the element before it is in the page", () => {
  const code = stepsFor("gtm", script).find((step) => step.code)?.code ?? "";
  const source = /^<script>([\s\S]*)<\/script>$/.exec(code)?.[1] ?? "";
  // The manager refuses what is newer than ES5.
  expect(source).not.toMatch(/=>|\b(?:let|const)\b|`/);

  const put: { name: string; src?: string; data: Record<string, string> }[] = [];
  const document = {
    createElement: (name: string) => ({
      name,
      data: {} as Record<string, string>,
      setAttribute(key: string, value: string) {
        this.data[key] = value;
      },
    }),
    head: {
      appendChild: (element: (typeof put)[number]) =>
        put.push(structuredClone({ name: element.name, src: element.src, data: element.data })),
    },
  };
  runInNewContext(source, { document });
  expect(put).toEqual([{ name: "script", src: script.src, data: { "data-token": "tok_1" } }]);
});

test("the theme's code is one PHP string, whatever the address", () => {
  const odd = scriptOf({
    snippet: `<script src="https://x.example/it's\\.js"></script>`,
    tracking_token: "t",
  });
  const code = stepsFor("wordpress", odd).find((step) => step.file)?.code ?? "";
  expect(code).toContain("it\\'s\\\\.js");
});
