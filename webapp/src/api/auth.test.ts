import { expect, test } from "vitest";
import { type AuthMessage, type AuthWorld, createAuth } from "./auth";
import { ApiError } from "./problem";

const TTL = 900;

/** A server with one user and rotating tokens, and a browser with a clock that tests move. */
function world() {
  const log: string[] = [];
  const told: AuthMessage[] = [];
  let issued = 0;
  /** Resolves when all who hold or await the lock are through. */
  let line: Promise<unknown> = Promise.resolve();
  const state = {
    now: 0,
    /** What the refresh route answers: a session, 401, or another status. */
    refresh: 200,
    /** What a move to another account answers. */
    move: 200,
    account: "a1",
    /** Whether the login was moved behind the page's back. */
    hasMoved: false,
    valid: new Set<string>(),
    seen: [] as (string | null)[],
  };
  const session = () => {
    issued += 1;
    state.valid = new Set([`token-${issued}`]);
    return Response.json({
      access_token: `token-${issued}`,
      token_type: "Bearer",
      expires_in: TTL,
      user: { id: "u1", email: "mara@lumen.blog", name: "Mara", is_admin: true },
      account: { id: state.account, name: "Mara", role: "owner" },
    });
  };
  const outside: AuthWorld = {
    async post(action, body, token) {
      log.push(token === undefined ? action : `${action} with ${token}`);
      // As a server far away: another request can be sent meanwhile.
      await new Promise((done) => setTimeout(done));
      if (token !== undefined) {
        if (state.move !== 200) return Response.json({}, { status: state.move });
        state.account = (body as { account_id: string }).account_id;
      }
      if (action === "logout") return new Response(null, { status: 204 });
      if (action === "refresh" && state.refresh !== 200) return Response.json({}, { status: state.refresh });
      return session();
    },
    async send(request) {
      const header = request.headers.get("authorization");
      state.seen.push(header);
      const ok = header !== null && state.valid.has(header.replace("Bearer ", ""));
      if (state.hasMoved) {
        const errors = [{ field: "account", message: "is another one by now" }];
        return Response.json({ title: "Conflict", errors }, { status: 409 });
      }
      return new Response(await request.text(), { status: ok ? 200 : 401 });
    },
    lock(work) {
      const mine = line.then(work);
      line = mine.catch(() => undefined);
      return mine;
    },
    tell: (message) => told.push(message),
    now: () => state.now,
  };
  return { auth: createAuth(outside), state, log, told };
}

const request = (body?: string) =>
  new Request("http://localhost/api/v1/sites", body === undefined ? {} : { method: "POST", body });

test("the cookie says at the start who we are", async () => {
  const { auth } = world();
  expect(auth.state.value).toBe("starting");
  await auth.start();
  expect(auth.state.value).toBe("signed_in");
  expect(auth.identity.value?.user.name).toBe("Mara");
});

test("no cookie means signed out, no server means unreachable", async () => {
  const { auth, state } = world();
  state.refresh = 401;
  await auth.start();
  expect(auth.state.value).toBe("signed_out");
  state.refresh = 503;
  await auth.start();
  expect(auth.state.value).toBe("unreachable");
});

test("many requests with a token that was revoked share one refresh, and all are answered", async () => {
  const { auth, state, log } = world();
  await auth.start();
  state.valid.clear();
  const answers = await Promise.all([auth.fetch(request()), auth.fetch(request()), auth.fetch(request())]);
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
  expect(log).toEqual(["refresh", "refresh"]);
});

test("a body is sent again with the second try", async () => {
  const { auth, state } = world();
  await auth.start();
  state.valid.clear();
  const answer = await auth.fetch(request('{"a":1}'));
  expect(await answer.text()).toBe('{"a":1}');
});

test("a second 401 is given to the caller, without a loop", async () => {
  const { auth, state, log } = world();
  await auth.start();
  state.valid.clear();
  state.refresh = 401;
  const answer = await auth.fetch(request());
  expect(answer.status).toBe(401);
  expect(auth.state.value).toBe("signed_out");
  expect(log).toEqual(["refresh", "refresh"]);
});

test("tokens are renewed before they end, not before that", async () => {
  const { auth, state, log } = world();
  await auth.start();
  expect(auth.renewIn()).toBe((TTL - 60) * 1000);
  state.now = (TTL - 61) * 1000;
  expect(await auth.freshToken()).toBe("token-1");
  state.now = (TTL - 30) * 1000;
  expect(await auth.freshToken()).toBe("token-2");
  expect(log).toEqual(["refresh", "refresh"]);
});

test("a server that is away for a moment does not log anyone out", async () => {
  const { auth, state } = world();
  await auth.start();
  state.now = TTL * 1000;
  state.refresh = 503;
  await expect(auth.fetch(request())).rejects.toBeInstanceOf(ApiError);
  expect(auth.state.value).toBe("signed_in");
  state.refresh = 200;
  expect((await auth.fetch(request())).status).toBe(200);
});

test("signed out, requests go without a token and are not retried", async () => {
  const { auth, state } = world();
  state.refresh = 401;
  await auth.start();
  expect((await auth.fetch(request())).status).toBe(401);
  expect(state.seen).toEqual([null]);
});

test("a move to another account is told to the other tabs, and refreshes wait for it", async () => {
  const { auth, log, told } = world();
  await auth.start();
  await Promise.all([auth.switchTo("a2"), Promise.resolve().then(() => auth.recheck())]);
  expect(auth.identity.value?.account.id).toBe("a2");
  expect(log).toEqual(["refresh", "switch with token-1", "refresh"]);
  expect(told).toEqual([{ type: "signed_in", user_id: "u1", account_id: "a2" }]);
});

test("a refused move leaves the account as it is", async () => {
  const { auth, state } = world();
  await auth.start();
  state.move = 404;
  await expect(auth.switchTo("a2")).rejects.toMatchObject({ status: 404 });
  expect(auth.identity.value?.account.id).toBe("a1");
  expect(auth.state.value).toBe("signed_in");
});

test("login and logout are told to the other tabs", async () => {
  const { auth, told } = world();
  await auth.login("mara@lumen.blog", "correct horse battery");
  await auth.logout();
  expect(told).toEqual([{ type: "signed_in", user_id: "u1", account_id: "a1" }, { type: "signed_out" }]);
  expect(auth.state.value).toBe("signed_out");
  expect(await auth.freshToken()).toBeNull();
});

test("hearing of a logout signs out, of the same user changes nothing, of another one or another account asks for a reload", async () => {
  const { auth } = world();
  await auth.start();
  expect(await auth.hear({ type: "signed_in", user_id: "u1", account_id: "a1" })).toBe("done");
  expect(await auth.hear({ type: "signed_in", user_id: "u2", account_id: "a1" })).toBe("reload");
  expect(await auth.hear({ type: "signed_in", user_id: "u1", account_id: "a2" })).toBe("reload");
  expect(await auth.hear({ type: "signed_out" })).toBe("done");
  expect(auth.state.value).toBe("signed_out");
  expect(await auth.hear({ type: "signed_in", user_id: "u1", account_id: "a1" })).toBe("done");
  expect(auth.state.value).toBe("signed_in");
});

test("a login that was moved elsewhere is noticed, and nothing is sent again into the other account", async () => {
  const { auth, state } = world();
  await auth.start();
  state.hasMoved = true;
  state.account = "a2";
  const response = await auth.fetch(request("for a1"));
  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({ title: "Conflict" });
  expect(state.seen).toHaveLength(1);
  expect(auth.identity.value?.account.id).toBe("a2");
});
