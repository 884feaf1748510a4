/** The console's modules that need no page: marked words, clocks, and what the desk knows. */

import assert from "node:assert/strict";
import test from "node:test";

import { Desk, merged } from "../../handoff/console/desk.js";
import { pieces } from "../../handoff/console/evidence.js";
import { day, late, span } from "../../handoff/console/times.js";

globalThis.requestAnimationFrame = () => 0;

const said = (id, text = `fjala ${id}`, sender = "visitor") => ({ id, sender, kind: "text", text, at: "2026-11-22T23:00:00Z" });
const word = (start, end, category = "suicide") => ({ start, end, text: "", category, source: "lexicon" });
const head = (conversation, more = {}) => ({
  conversation, code: "AA-00", channel: "web", state: "counsellor", level: 3, lane: null, categories: [], about: "self",
  speaker: "child", age: null, waiting_since: null, level_since: null, watch_since: null, counsellor: "Era",
  not_so: false, gone: false, last_id: 0, unread: 0, seen: 0, seen_by_visitor: 0, messages: [], marks: [], mark: 0, ...more,
});
const shown = (text, evidence) => pieces(text, evidence).map((one) => (one.evidence.length ? `[${one.text}]` : one.text)).join("");

test("offsets count code points, so a picture before the words moves nothing", () => {
  assert.equal(shown("😀 sdua te jetoj me", [word(2, 15)]), "😀 [sdua te jetoj] me");
});

test("words that overlap are cut at each border and nothing is said twice", () => {
  assert.equal(shown("abcdef", [word(1, 4), word(3, 5, "bullying")]), "a[bc][d][e]f");
  assert.equal(pieces("abcdef", [word(1, 4), word(3, 5)])[2].evidence.length, 2);
});

test("a span that does not fit the text marks nothing", () => {
  assert.equal(shown("abc", [word(2, 9), word(-1, 2), word(1, 1)]), "abc");
});

test("clocks read as people read them, and know when a person is late", () => {
  assert.deepEqual([40, 725, 3720].map(span), ["0:40", "12:05", "1:02:00"]);
  assert.deepEqual([[4, 60], [4, 61], [3, 301], [2, 900], [2, 901], [1, 99999]].map(([l, s]) => late(l, s)), [
    false, true, true, false, true, false,
  ]);
});

test("a day is written as people write it, whatever the browser knows of Albanian", () => {
  assert.deepEqual(["2026-11-05T12:00:00Z", "2026-12-31T23:30:00Z"].map(day), ["5.11.2026", "1.1.2027"]);
});

test("each message stands once, in its order, whichever way it came", () => {
  assert.deepEqual(merged([said(1), said(3)], [said(2), said(3, "newer")]).map((one) => one.text), ["fjala 1", "fjala 2", "newer"]);
});

test("only the child's new words count as unread, and each once", () => {
  const desk = new Desk();
  desk.setMine([head("c1")]);
  desk.setTranscript(head("c1", { messages: [said(1)] }));
  const news = head("c1", { messages: [said(1), said(2), said(3, "po", "counsellor")] });
  assert.deepEqual(desk.addNews(news).map((one) => one.id), [2]);
  assert.deepEqual(desk.addNews(news), []);
  assert.equal(desk.unread.get("c1"), 1);
  assert.equal(desk.lastWords("c1"), "fjala 2");
});

test("no two conversations held at once share a colour, and a colour comes free again", () => {
  const desk = new Desk();
  desk.setMine([head("a"), head("b"), head("c")]);
  ["a", "b", "c"].forEach((name) => desk.setTranscript(head(name)));
  assert.equal(new Set(["a", "b", "c"].map((name) => desk.edge(name))).size, 3);
  const freed = desk.edge("b");
  desk.setMine([head("a"), head("c")]);
  desk.setMine([head("a"), head("c"), head("d")]);
  assert.equal(desk.edge("d"), freed);
});

test("a draft that was not sent outlives the conversation's leaving", () => {
  const desk = new Desk();
  desk.setMine([head("a")]);
  desk.setTranscript(head("a"));
  desk.draft("a").text = "pa dërguar";
  desk.setMine([]);
  assert.equal(desk.transcripts.has("a"), false);
  assert.equal(desk.draft("a").text, "pa dërguar");
});
