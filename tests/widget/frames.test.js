/** The frames in tests/contract, read from the browser's side. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { codePoints, fitToSend, freshId, readFrame } from "../../webchat/widget/frames.js";
import { visitor } from "./scene.js";

const folder = new URL("../contract/frames/", import.meta.url);
const pins = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => ({ name, ...JSON.parse(readFileSync(new URL(name, folder), "utf8")) }));

test("there is a file for each frame", () => {
  assert.deepEqual(pins.map((pin) => pin.name.replace(".json", "")).sort(), [
    ...["erase", "hello", "leave", "press", "say", "seen", "typing"].map((type) => `client-${type}`),
    ...["erased", "error", "kept", "message", "seen", "state", "typing", "welcome"].map((type) => `server-${type}`),
  ]);
});

for (const pin of pins.filter(({ direction }) => direction === "server")) {
  test(`${pin.name}: what is right is read, what is wrong is ignored`, () => {
    pin.valid.forEach((frame) => assert.deepEqual(readFrame(JSON.stringify(frame)), frame));
    pin.invalid.forEach(({ why, frame }) => assert.equal(readFrame(JSON.stringify(frame)), null, why));
  });
}

test("the page sends the frames as they are pinned", () => {
  const example = (type, index = 0) => pins.find((pin) => pin.name === `client-${type}.json`).valid[index];
  const page = visitor();
  page.session.token = example("hello", 3).token;
  page.line.lastId = example("hello", 3).after;
  page.line.start();
  page.welcome();
  page.line.say(example("say"));
  page.line.press({ ...example("press"), text: "Interneti" });
  page.line.typing();
  page.line.seen(example("seen").id);
  page.line.leave();
  page.line.erase();
  assert.deepEqual(page.server.heard, [
    example("hello", 3),
    ...["say", "press", "typing", "seen", "leave", "erase"].map((type) => example(type)),
  ]);
});

test("names of the language's own objects are no frame types", () => {
  for (const type of ["constructor", "toString", "__proto__"]) {
    assert.equal(readFrame(`{"type": "${type}"}`), null);
  }
});

test("text is trimmed and loses halves of emoji, whole ones stay", () => {
  assert.equal(fitToSend("  a\ud83d b\udc00 \u{1F600}\n"), "a b \u{1F600}");
  assert.equal(codePoints("\u{1F600}ë"), 2);
});

test("client ids are long, plain and differ", () => {
  let next = 0;
  const fill = (bytes) => bytes.map(() => (next += 1) % 256);
  const ids = Array.from({ length: 20 }, () => freshId(fill));
  ids.forEach((id) => assert.match(id, /^[0-9a-f]{24}$/));
  assert.equal(new Set(ids).size, 20);
});
