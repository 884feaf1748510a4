/** Phrases with their numbers, numbers found in running text, the question of a script. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Words } from "../../webchat/widget/words.js";
import { readableDate, splitQuestion } from "../../webchat/widget/article.js";
import { linesFor } from "../../webchat/widget/status.js";

const numbers = {
  alo: { label: "ALO", number: "116 111", tel: "116111" },
  missing: { label: "Të humbur", number: "116 000", tel: "116000" },
  police: { label: "Policia", number: "129", tel: "129" },
};
const phrases = {
  call: "Telefono {alo}",
  place: "Vendi: {position}",
  nobody_on_shift: "Askush, {alo}",
  waiting_urgent: "Po kërkojmë",
  waiting_title: "Po të lidhim",
  place_in_queue: "Vendi yt: {position}",
  wait_estimate: "rreth {minutes} min",
  waiting_meanwhile: "Ndërkohë",
};
const words = new Words({ phrases, numbers, socket: "" });
const tels = (text) => words.pieces(text).filter((piece) => piece.number).map((piece) => [piece.text, piece.number.tel]);

test("a phrase is filled with numbers and with what is given", () => {
  assert.equal(words.say("call"), "Telefono 116 111");
  assert.equal(words.say("place", { position: 2 }), "Vendi: 2");
  assert.equal(words.say("place"), "Vendi: {position}");
  assert.equal(words.say("not_there"), "not_there");
});

test("numbers are found with and without gaps, and the text stays whole", () => {
  const text = "Telefono 116 111, 116111 ose 116\u00a0000; policia 129.";
  assert.deepEqual(tels(text), [
    ["116 111", "116111"],
    ["116111", "116111"],
    ["116\u00a0000", "116000"],
    ["129", "129"],
  ]);
  assert.equal(words.pieces(text).map((piece) => piece.text).join(""), text);
});

test("digits inside other numbers are left alone", () => {
  for (const text of ["1291", "0129", "viti 1 129", "116 1112", "129 000", "12 9"]) assert.deepEqual(tels(text), [], text);
});

test("each number is named once, in the order of the text", () => {
  const named = words.numbersIn("129 ose 116 111, pra 129").map((number) => number.tel);
  assert.deepEqual(named, ["129", "116111"]);
});

test("the last sentence of a script is its question", () => {
  assert.deepEqual(splitQuestion("Bëre mirë që e the. Telefono 116 111, falas. A je në siguri tani?"), {
    text: "Bëre mirë që e the. Telefono 116 111, falas.",
    question: "A je në siguri tani?",
  });
  assert.deepEqual(splitQuestion("Thuaji: “Rri me mua.” A je në siguri tani?"), {
    text: "Thuaji: “Rri me mua.”",
    question: "A je në siguri tani?",
  });
  assert.deepEqual(splitQuestion("Një rresht\nA merr frymë?"), { text: "Një rresht", question: "A merr frymë?" });
  assert.deepEqual(splitQuestion("A je aty?"), { text: "", question: "A je aty?" });
  assert.deepEqual(splitQuestion("Rri pranë."), { text: "Rri pranë.", question: "" });
});

test("a date is read as people write it", () => {
  assert.equal(readableDate("2026-03-07"), "7.3.2026");
});

test("the card says the place and an honest estimate", () => {
  const frame = { type: "state", state: "waiting", position: 2, wait_seconds: 301 };
  assert.deepEqual(linesFor(frame, words), ["Po të lidhim", "Vendi yt: 2 · rreth 6 min", "Ndërkohë"]);
});

test("at a high level the card shows no queue number", () => {
  const frame = { type: "state", state: "waiting", position: 2, wait_seconds: 301, level_high: true };
  assert.deepEqual(linesFor(frame, words), ["Po kërkojmë"]);
});

test("with nobody there the card promises nothing", () => {
  const frame = { type: "state", state: "waiting", position: 1, level_high: true, nobody: true };
  assert.deepEqual(linesFor(frame, words), ["Askush, 116 111"]);
});
