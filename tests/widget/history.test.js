/** The talk as a list: once each, in order, with marks, days and groups. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { History } from "../../webchat/widget/history.js";

const NOON = "2026-11-22T12:00:00Z";
const message = (id, sender = "bot", extra = {}) => ({ id, sender, text: `m${id}`, at: NOON, ...extra });
const texts = (history) => history.entries.map((entry) => entry.text);

test("a message that comes twice stands once", () => {
  const history = new History();
  assert.ok(history.add(message(1)));
  assert.equal(history.add(message(1)), null);
  assert.deepEqual(texts(history), ["m1"]);
});

test("ids decide the order, whatever order they arrive in", () => {
  const history = new History();
  [3, 1, 4, 2].forEach((id) => history.add(message(id)));
  assert.deepEqual(texts(history), ["m1", "m2", "m3", "m4"]);
});

test("what is written stands last until it is kept, then at its place", () => {
  const history = new History();
  history.add(message(1));
  history.write("a", "nje", 0);
  history.write("b", "dy", 0);
  history.add(message(4));
  assert.deepEqual(texts(history), ["m1", "m4", "nje", "dy"]);
  history.kept("a", 2, NOON);
  history.kept("b", 3, NOON);
  assert.deepEqual(texts(history), ["m1", "nje", "dy", "m4"]);
});

test("the server's copy of an own message is the same message", () => {
  const history = new History();
  history.write("a", "nje", 0);
  history.add(message(2, "visitor", { client_id: "a", text: "nje" }));
  assert.equal(history.kept("a", 2, NOON), null);
  assert.deepEqual(texts(history), ["nje"]);
  assert.equal(history.entries[0].mark, "kept");
});

test("marks go from pending to kept to seen", () => {
  const history = new History();
  const one = history.write("a", "nje", 0);
  const two = history.write("b", "dy", 0);
  assert.equal(one.mark, "pending");
  history.kept("a", 2, NOON);
  history.kept("b", 3, NOON);
  assert.deepEqual(history.seen(2), [one]);
  assert.deepEqual([one.mark, two.mark], ["seen", "kept"]);
  history.seen(9);
  history.write("c", "tre", 0);
  assert.equal(history.kept("c", 4, NOON).mark, "seen");
});

test("a refused message stays until it is dropped, a kept one cannot be dropped", () => {
  const history = new History();
  history.write("a", "nje", 0);
  assert.equal(history.refuse("a").mark, "failed");
  assert.ok(history.drop("a"));
  history.write("b", "dy", 0);
  history.kept("b", 1, NOON);
  assert.equal(history.drop("b"), null);
  assert.deepEqual(texts(history), ["dy"]);
});

test("words of one breath belong together; another sender, another name, a pause or a day part them", () => {
  const history = new History();
  const at = (minutes) => new Date(Date.parse(NOON) + minutes * 60_000).toISOString();
  history.add(message(1, "counsellor", { counsellor: "Besa" }));
  history.add(message(2, "counsellor", { counsellor: "Besa", at: at(2) }));
  history.add(message(3, "counsellor", { counsellor: "Drita", at: at(3) }));
  history.add(message(4, "visitor", { at: at(4) }));
  history.add(message(5, "visitor", { at: at(20) }));
  history.add(message(6, "visitor", { at: at(24 * 60 + 20) }));
  assert.deepEqual(
    history.entries.map((entry) => history.follows(entry)),
    [false, true, false, false, false, false],
  );
  assert.deepEqual(
    history.entries.map((entry) => history.opensDay(entry)),
    [true, false, false, false, false, true],
  );
});
