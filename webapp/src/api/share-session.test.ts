import { expect, test } from "vitest";
import { createConnection } from "./connection";
import { ApiError } from "./problem";
import { createReader } from "./share-session";

const SITE = { id: "s1", domain: "lumen.blog", name: "Lumen", timezone: "UTC" };

/** A server with one link, and a clock. Tests change what it thinks. */
function start({ password = null as string | null } = {}) {
  const server = {
    stands: true,
    password,
    views: 0,
    generation: 0,
    tokens: new Set<string>(),
    panels: ["pages"],
    /** What sessions of before the last change are answered. */
    isNarrowed: false,
    goodFor: 900,
    requests: [] as { what: string; token: string | null }[],
    isAway: false,
  };
  const clock = { now: 0 };
  const answer = (status: number, body?: unknown) =>
    new Response(body === undefined ? null : JSON.stringify(body), { status });

  async function send(request: Request): Promise<Response> {
    if (server.isAway) throw new TypeError("Failed to fetch");
    const what = `${request.method} ${new URL(request.url).pathname.replace("/api", "")}`;
    const token = request.headers.get("authorization");
    server.requests.push({ what, token });
    if (what.includes("/share/")) {
      if (!server.stands) return answer(404, { title: "Not Found" });
      if (what.startsWith("GET")) return answer(200, { needs_password: server.password !== null });
      const body = (await request.json()) as { password?: string };
      if (server.password !== null && body.password !== server.password)
        return answer(401, { type: "urn:haru:problem:share-password", title: "Unauthorized" });
      server.views += 1;
      server.generation += 1;
      server.tokens.add(`Bearer t${server.generation}`);
      return answer(201, {
        access_token: `t${server.generation}`,
        token_type: "Bearer",
        expires_in: server.goodFor,
        site: SITE,
        name: "For the board",
        panels: server.panels,
        properties: false,
        embed: false,
      });
    }
    if (!server.stands || !server.tokens.has(token ?? "")) return answer(401, { title: "Unauthorized" });
    if (server.isNarrowed && token === "Bearer t1") return answer(403, { title: "Forbidden" });
    return answer(200, { visitors: 3 });
  }

  const reader = createReader("board", { send, now: () => clock.now });
  const connection = createConnection(reader);
  const ask = () => connection.getDashboard("s1", { date_range: "day" });
  const settled = async () => {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    await new Promise((done) => setTimeout(done));
  };
  return { server, clock, reader, ask, settled };
}

test("a link without a password opens by itself, and the requests carry its token", async () => {
  const { server, reader, ask } = start();
  await reader.start();
  expect(reader.state.value).toEqual({
    is: "open",
    shared: { site: SITE, name: "For the board", panels: ["pages"], properties: false, embed: false },
  });
  await ask();
  expect(server.requests.at(-1)).toEqual({ what: "POST /v1/sites/s1/dashboard", token: "Bearer t1" });
  expect(server.requests.map(({ token }) => token)).toEqual([null, "Bearer t1"]);
});

test("a link with a password asks for it, and says when it is wrong", async () => {
  const { server, reader } = start({ password: "open sesame" });
  await reader.start();
  expect(reader.state.value).toEqual({ is: "locked", wrong: false });
  await reader.unlock("close sesame");
  expect(reader.state.value).toEqual({ is: "locked", wrong: true });
  expect(server.views).toBe(0);
  await reader.unlock("open sesame");
  expect(reader.state.value.is).toBe("open");
});

test("without an answer a password is neither right nor wrong", async () => {
  const { server, reader } = start({ password: "open sesame" });
  await reader.start();
  server.isAway = true;
  await expect(reader.unlock("open sesame")).rejects.toBeInstanceOf(ApiError);
  expect(reader.state.value).toEqual({ is: "locked", wrong: false });
});

test("a link that is not there is missing, and a server that is not there is told apart", async () => {
  const gone = start();
  gone.server.stands = false;
  await gone.reader.start();
  expect(gone.reader.state.value).toEqual({ is: "missing" });

  const away = start();
  away.server.isAway = true;
  await away.reader.start();
  expect(away.reader.state.value.is).toBe("failed");
});

test("revoked while open, the end of the subscription closes the session", async () => {
  const { server, reader, settled } = start();
  await reader.start();
  server.stands = false;
  reader.onEnded?.();
  await settled();
  expect(reader.state.value).toEqual({ is: "ended" });
  expect(await reader.token()).toBeNull();
});

test("revoked while open, a refused request closes the session", async () => {
  const { server, reader, ask } = start();
  await reader.start();
  server.stands = false;
  await expect(ask()).rejects.toMatchObject({ status: 401 });
  expect(reader.state.value).toEqual({ is: "ended" });
  await expect(ask()).rejects.toMatchObject({ status: 401 });
});

test("a connection that breaks ends nothing, and counts no view", async () => {
  const { server, reader, settled } = start();
  await reader.start();
  server.isAway = true;
  reader.onEnded?.();
  await settled();
  server.isAway = false;
  reader.onEnded?.();
  await settled();
  expect(reader.state.value.is).toBe("open");
  expect(server.views).toBe(1);
});

test("a token is renewed before it runs out, once for all who ask", async () => {
  const { server, clock, reader, ask } = start({ password: "open sesame" });
  await reader.start();
  await reader.unlock("open sesame");
  clock.now = 850_000;
  await Promise.all([ask(), ask(), reader.token()]);
  expect(server.generation).toBe(2);
  expect(server.requests.at(-1)?.token).toBe("Bearer t2");
});

test("the short token of a link that ends soon is not renewed with every request", async () => {
  const { server, clock, reader, ask } = start();
  server.goodFor = 40;
  await reader.start();
  clock.now = 20_000;
  await ask();
  expect(server.views).toBe(1);
  server.stands = false;
  clock.now = 40_000;
  await expect(ask()).rejects.toMatchObject({ status: 401 });
  expect(reader.state.value).toEqual({ is: "ended" });
});

test("a token that is refused although the link stands is renewed, and the request goes again", async () => {
  const { server, reader, ask } = start();
  await reader.start();
  server.tokens.clear();
  await expect(ask()).resolves.toBeDefined();
  expect(server.generation).toBe(2);
});

test("a changed password locks what is open", async () => {
  const { server, reader, settled } = start({ password: "open sesame" });
  await reader.start();
  await reader.unlock("open sesame");
  server.password = "another word";
  server.tokens.clear();
  reader.onEnded?.();
  await settled();
  expect(reader.state.value).toEqual({ is: "locked", wrong: false });
  await reader.unlock("another word");
  expect(reader.state.value.is).toBe("open");
});

test("a link that shows something else by now is opened anew, once", async () => {
  const { server, reader, ask } = start();
  await reader.start();
  server.isNarrowed = true;
  server.panels = ["sources"];
  await expect(ask()).resolves.toBeDefined();
  expect(reader.state.value).toMatchObject({ is: "open", shared: { panels: ["sources"] } });
  expect(server.views).toBe(2);
});
