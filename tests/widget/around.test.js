/** Leaving quickly: three presses, blank first, nothing left behind, no way back. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { frameAround, leaveQuickly, threePresses } from "../../webchat/widget/around.js";

/** A window that writes down what is done to it, in order. */
function stage() {
  const done = [];
  const timers = [];
  const record = (what) => ({ replace: (url) => done.push(`${what} ${url}`) });
  const window = {
    document: {
      title: "Bisedë",
      visibilityState: "visible",
      documentElement: {
        set className(value) {
          done.push(`class ${value}`);
        },
      },
    },
    location: { ...record("go"), origin: "https://chat.example" },
    parent: { postMessage: (message, target) => done.push(`tell ${message.alo} ${message.exit || ""} ${target}`) },
    top: { location: record("top goes") },
    setTimeout: (run) => timers.push(run),
    listeners: [],
    addEventListener: (_, listener) => window.listeners.push(listener),
  };
  return { window, done, timers };
}

test("the third press within two seconds leaves, slow ones do not", () => {
  const quick = threePresses();
  assert.deepEqual([0, 900, 1800].map(quick), [false, false, true]);
  const slow = threePresses();
  assert.deepEqual([0, 1500, 2500, 4000].map(slow), [false, false, false, false]);
});

test("the page is blank before anything else, then forgets, then goes without a way back", () => {
  const { window, done } = stage();
  leaveQuickly({ window, url: "https://neutral.example", framed: false, forget: () => done.push("forget") });
  assert.deepEqual(done, ["class gone", "forget", "go https://neutral.example"]);
  assert.equal(window.document.title, "");
});

test("in a frame the page around is asked to leave, and taken along when it does not", () => {
  const { window, done, timers } = stage();
  leaveQuickly({ window, url: "https://neutral.example", framed: true, forget: () => done.push("forget") });
  assert.deepEqual(done, ["class gone", "forget", "tell leave https://neutral.example *"]);
  timers.forEach((run) => run());
  assert.equal(done[3], "top goes https://neutral.example");
});

test("only the window around is heard, and only from a page that may hold the frame", () => {
  const { window } = stage();
  const heard = [];
  frameAround({ window, origins: ["https://school.example"], hear: (wish) => heard.push(wish) });
  const [listener] = window.listeners;
  listener({ source: {}, origin: "https://school.example", data: { alo: "leave" } });
  listener({ source: window.parent, origin: "https://other.example", data: { alo: "leave" } });
  listener({ source: window.parent, origin: "https://school.example", data: { alo: "eval" } });
  listener({ source: window.parent, origin: "https://school.example", data: "leave" });
  assert.deepEqual(heard, []);
  listener({ source: window.parent, origin: "https://school.example", data: { alo: "opened" } });
  assert.deepEqual(heard, ["opened"]);
});

test("what comes while the panel is closed is counted, until it is opened", () => {
  const { window, done } = stage();
  const around = frameAround({ window, origins: undefined, hear: () => {} });
  around.unread();
  const [listener] = window.listeners;
  listener({ source: window.parent, origin: "https://school.example", data: { alo: "opened" } });
  around.unread();
  assert.deepEqual(done, ["tell unread  *"]);
});
