/** The line to the house: what is written arrives once and in order, whatever the network does. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { pauseBefore } from "../../webchat/widget/socket.js";
import { kept, visitor } from "./scene.js";

test("a new visitor says hello without a token, and speaks once welcomed", () => {
  const page = visitor();
  page.line.start();
  page.line.say({ client_id: "a", text: "cfare eshte kanabisi" });
  page.server.accept();
  assert.deepEqual(page.server.heard, [{ type: "hello", version: 1, locale: "sq" }]);
  page.welcome();
  assert.deepEqual(page.said("say"), [{ type: "say", client_id: "a", text: "cfare eshte kanabisi" }]);
});

test("a dropped connection comes back with token and after, and repeats what was not kept, in order", () => {
  const page = visitor();
  page.line.start();
  page.welcome({ messages: [{ id: 1, sender: "bot", text: "Përshëndetje!", at: "2026-11-22T13:02:05Z" }] });
  page.line.say({ client_id: "a", text: "nje" });
  page.server.says(kept("a", 2));
  page.line.say({ client_id: "b", text: "dy" });
  page.line.press({ client_id: "c", payload: "p1", text: "Drogat" });
  page.server.breaks();
  page.line.say({ client_id: "d", text: "tre" });
  page.clock.pass(500);
  page.welcome();
  assert.deepEqual(page.server.heard, [
    { type: "hello", version: 1, locale: "sq", token: "t1", after: 1 },
    { type: "say", client_id: "b", text: "dy" },
    { type: "press", client_id: "c", payload: "p1" },
    { type: "say", client_id: "d", text: "tre" },
  ]);
});

test("what the welcome shows as kept is not said again", () => {
  const page = visitor();
  page.line.start();
  page.welcome();
  page.line.say({ client_id: "a", text: "nje" });
  page.server.breaks();
  page.clock.pass(1000);
  page.welcome({ messages: [{ id: 2, sender: "visitor", text: "nje", at: "2026-11-22T13:02:05Z", client_id: "a" }] });
  assert.deepEqual(page.said("say"), []);
  assert.deepEqual(page.session.unkept, []);
});

test("a reload says what the tab remembers as not kept", () => {
  const before = visitor();
  before.line.start();
  before.welcome();
  before.line.say({ client_id: "a", text: "nje" });
  const after = visitor({ tab: before.tab });
  after.line.start();
  after.welcome();
  assert.deepEqual(after.server.heard, [
    { type: "hello", version: 1, locale: "sq", token: "t1" },
    { type: "say", client_id: "a", text: "nje" },
  ]);
});

test("a refused message is repeated with its own id and holds up nobody behind it", () => {
  const page = visitor();
  page.line.start();
  page.welcome();
  page.line.say({ client_id: "a", text: "nje" });
  page.server.says({ type: "error", code: "rate_limited", message: "…", client_id: "a", retry_after: 3 });
  page.line.say({ client_id: "b", text: "ndihme" });
  assert.deepEqual(page.said("say").map((frame) => frame.client_id), ["a", "b"]);
  page.clock.pass(2900);
  assert.equal(page.said("say").length, 2);
  page.clock.pass(200);
  assert.deepEqual(page.said("say").map((frame) => frame.client_id), ["a", "b", "a"]);
});

test("not_kept is tried again with growing pauses, and stays in the tab meanwhile", () => {
  const page = visitor();
  page.line.start();
  page.welcome();
  page.line.say({ client_id: "a", text: "nje" });
  const moments = [];
  for (let round = 0; round < 4; round += 1) {
    const tries = page.said("say").length;
    page.server.says({ type: "error", code: "not_kept", message: "…", client_id: "a" });
    const start = page.clock.now();
    while (page.said("say").length === tries) page.clock.pass(100);
    moments.push(page.clock.now() - start);
  }
  assert.deepEqual([...moments].sort((a, b) => a - b), moments);
  assert.ok(moments[3] > moments[0] * 2, String(moments));
  assert.deepEqual(page.session.unkept, [{ type: "say", client_id: "a", text: "nje" }]);
});

test("what can never succeed is given back and not repeated", () => {
  const page = visitor();
  page.line.start();
  page.welcome();
  page.line.say({ client_id: "a", text: "nje" });
  page.line.press({ client_id: "b", payload: "old", text: "Po" });
  page.server.says({ type: "error", code: "too_long", message: "…", client_id: "a" });
  page.server.says({ type: "error", code: "stale_button", message: "…", client_id: "b" });
  assert.deepEqual(page.refused, [
    ["a", "too_long"],
    ["b", "stale_button"],
  ]);
  page.server.breaks();
  page.clock.pass(1000);
  page.welcome();
  assert.deepEqual(page.server.heard.map((frame) => frame.type), ["hello"]);
});

test("an answer that does not come is told after five seconds, and after twenty the line is taken anew", () => {
  const page = visitor();
  page.line.start();
  page.welcome();
  page.line.say({ client_id: "a", text: "nje" });
  page.clock.pass(5000);
  assert.deepEqual(page.links, ["open", "slow"]);
  page.clock.pass(15_000);
  assert.equal(page.connections[0].closed, true);
  page.clock.pass(1000);
  page.welcome();
  assert.deepEqual(page.said("say"), [{ type: "say", client_id: "a", text: "nje" }]);
  page.server.says(kept("a"));
  assert.equal(page.links[page.links.length - 1], "open");
});

test("a server that accepts but never welcomes is left", () => {
  const page = visitor();
  page.line.start();
  page.server.accept();
  page.clock.pass(12_000);
  assert.equal(page.connections.length, 2);
});

test("pauses double up to half a minute, half of each by chance", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((attempt) => pauseBefore(attempt, 0)),
    [250, 500, 1000, 2000],
  );
  assert.equal(pauseBefore(0, 1), 500);
  assert.equal(pauseBefore(50, 1), 30_000);
  assert.equal(pauseBefore(50, 0), 15_000);
});

test("many failures in a row do not mean many connections", () => {
  const page = visitor();
  page.line.start();
  for (let minute = 0; minute < 10; minute += 1) {
    for (let second = 0; second < 60; second += 1) {
      if (!page.server.closed && page.server.onclose) page.server.breaks();
      page.clock.pass(1000);
    }
  }
  assert.ok(page.connections.length < 30, String(page.connections.length));
});

test("the network's return is not waited for", () => {
  const page = visitor();
  page.line.start();
  page.welcome();
  for (let fall = 0; fall < 6; fall += 1) {
    const before = page.connections.length;
    page.server.breaks();
    while (page.connections.length === before) page.clock.pass(1000);
  }
  page.server.breaks();
  const before = page.connections.length;
  page.line.hurry();
  assert.equal(page.connections.length, before + 1);
});

test("an unknown token is forgotten, and the new conversation gets what was not kept", () => {
  const page = visitor();
  page.line.start();
  page.welcome();
  page.line.say({ client_id: "a", text: "nje" });
  page.server.breaks();
  page.clock.pass(1000);
  page.server.accept();
  page.server.says({ type: "error", code: "unknown_token", message: "…" });
  assert.equal(page.session.token, null);
  page.server.says({ type: "welcome", conversation: "c2", token: "t2", state: "bot", messages: [] });
  assert.equal(page.restarts.length, 1);
  assert.equal(page.session.token, "t2");
  assert.deepEqual(page.said("say"), [{ type: "say", client_id: "a", text: "nje" }]);
});

test("a server that waits after an unknown token is greeted again", () => {
  const page = visitor();
  page.session.token = "forged";
  page.line.start();
  page.server.accept();
  page.server.says({ type: "error", code: "unknown_token", message: "…" });
  page.clock.pass(1500);
  assert.deepEqual(page.said("hello"), [
    { type: "hello", version: 1, locale: "sq", token: "forged" },
    { type: "hello", version: 1, locale: "sq" },
  ]);
});

test("erasing is asked again until it is done, and then nothing is remembered", () => {
  const page = visitor();
  page.line.start();
  page.welcome();
  page.line.say({ client_id: "a", text: "nje" });
  page.server.breaks();
  page.line.erase();
  assert.deepEqual(page.session.unkept, []);
  page.clock.pass(1000);
  page.welcome();
  assert.deepEqual(page.server.heard.map((frame) => frame.type), ["hello", "erase"]);
  page.server.says({ type: "erased", days: 30 });
  assert.deepEqual([...page.tab.kept.keys()], []);
  page.clock.pass(120_000);
  assert.equal(page.connections.length, 2);
  assert.deepEqual(page.frames[page.frames.length - 1], { type: "erased", days: 30 });
});

test("erasing what was never kept is done at once", () => {
  const page = visitor();
  page.line.start();
  page.welcome();
  page.line.erase();
  page.server.says({ type: "error", code: "no_conversation", message: "…" });
  assert.deepEqual(page.frames.map((frame) => frame.type), ["welcome", "erased"]);
  assert.equal(page.session.token, null);
});

test("a page too old for the server stops asking", () => {
  const page = visitor();
  page.line.start();
  page.server.accept();
  page.server.says({ type: "error", code: "wrong_version", message: "…" });
  page.clock.pass(600_000);
  assert.equal(page.connections.length, 1);
  assert.deepEqual(page.links, ["stopped"]);
});

test("a full house is asked again only after a pause", () => {
  const page = visitor();
  page.line.start();
  page.server.accept();
  page.server.says({ type: "error", code: "full", message: "…", retry_after: 20 });
  page.server.breaks();
  page.clock.pass(19_000);
  assert.equal(page.connections.length, 1);
  page.clock.pass(1500);
  assert.equal(page.connections.length, 2);
});

test("typing is told at most every three seconds and never made up for", () => {
  const page = visitor();
  page.line.start();
  page.line.typing();
  page.welcome();
  for (let key = 0; key < 10; key += 1) {
    page.line.typing();
    page.clock.pass(500);
  }
  assert.equal(page.said("typing").length, 2);
});

test("seen only grows", () => {
  const page = visitor();
  page.line.start();
  page.welcome();
  [3, 3, 2, 7].forEach((id) => page.line.seen(id));
  assert.deepEqual(page.said("seen"), [
    { type: "seen", id: 3 },
    { type: "seen", id: 7 },
  ]);
});

test("noise on the line changes nothing", () => {
  const page = visitor();
  page.line.start();
  page.welcome();
  page.server.onmessage({ data: "{" });
  page.server.onmessage({ data: "[]" });
  page.server.onmessage({ data: new ArrayBuffer(2) });
  page.server.says({ type: "poll", question: "?" });
  assert.deepEqual(page.frames.map((frame) => frame.type), ["welcome"]);
});
