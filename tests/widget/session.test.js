/** What the tab remembers, and how it forgets. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Session, openShelf } from "../../webchat/widget/session.js";
import { shelf } from "./scene.js";

const at = (clock) => () => clock.now;

test("a reload finds token, draft and what was not kept", () => {
  const tab = shelf();
  const clock = { now: 1 };
  const before = new Session(tab, at(clock), 30);
  before.token = "t";
  before.draft = "gjysm";
  before.unkept = [{ type: "say", client_id: "a", text: "nje" }];
  const after = new Session(tab, at(clock), 30);
  assert.equal(after.token, "t");
  assert.equal(after.draft, "gjysm");
  assert.deepEqual(after.unkept, [{ type: "say", client_id: "a", text: "nje" }]);
});

test("forgetting leaves nothing of the talk, and keeps the size of the letters", () => {
  const tab = shelf();
  const session = new Session(tab, () => 1, 30);
  session.token = "t";
  session.conversation = "c";
  session.draft = "d";
  session.erasing = true;
  session.unkept = [{ type: "say", client_id: "a", text: "nje" }];
  session.touch();
  session.write("size", "large");
  session.forget();
  assert.deepEqual([...tab.kept], [["alo.size", "large"]]);
});

test("half an hour without a sign of life is idle, a fresh tab is not", () => {
  const clock = { now: 1000 };
  const session = new Session(shelf(), at(clock), 30);
  assert.equal(session.idle, false);
  session.touch();
  clock.now += 30 * 60_000;
  assert.equal(session.idle, false);
  clock.now += 1;
  assert.equal(session.idle, true);
});

test("where the browser forbids storage, memory serves", () => {
  const forbidden = openShelf(() => {
    throw new Error("SecurityError");
  });
  const session = new Session(forbidden, () => 1, 30);
  session.token = "t";
  assert.equal(session.token, "t");
  session.forget();
  assert.equal(session.token, null);
});

test("a storage that fills up later does not stop the talk", () => {
  const tab = shelf();
  const session = new Session(openShelf(() => tab), () => 1, 30);
  tab.setItem = () => {
    throw new Error("QuotaExceededError");
  };
  session.draft = "x";
  assert.equal(session.draft, "");
});

test("a spoilt list of unkept messages counts as none", () => {
  const tab = shelf();
  tab.setItem("alo.unkept", "{not json");
  assert.deepEqual(new Session(tab, () => 1, 30).unkept, []);
});
