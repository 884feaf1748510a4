/** What the files themselves must hold to: old phones, strict policies, few bytes, words and numbers from content. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { test } from "node:test";

const widget = new URL("../../webchat/widget/", import.meta.url);
const content = new URL("../../content/", import.meta.url);
const read = (name, base = widget) => readFileSync(new URL(name, base), "utf8");
const modules = readdirSync(widget).filter((name) => name.endsWith(".js"));
const loaded = modules.filter((name) => !["widget.js", "types.js"].includes(name));
const pages = ["chat.html", "demo.html"];

/** The names at the top of a phrase file. */
const phraseNames = (file) =>
  read(`phrases/${file}`, content)
    .split("\n")
    .map((line) => /^(\w+):/.exec(line))
    .filter(Boolean)
    .map((found) => found[1]);

/** The type checker's own parser; there once `npm ci` has run. */
const { default: ts } = await import("typescript").catch(() => ({ default: null }));

test("no syntax that a phone of 2019 does not read", { skip: ts ? false : "npm ci has not run" }, () => {
  const tooNew = new Set([
    ts.SyntaxKind.QuestionDotToken,
    ts.SyntaxKind.QuestionQuestionToken,
    ts.SyntaxKind.QuestionQuestionEqualsToken,
    ts.SyntaxKind.BarBarEqualsToken,
    ts.SyntaxKind.AmpersandAmpersandEqualsToken,
    ts.SyntaxKind.PropertyDeclaration,
    ts.SyntaxKind.PrivateIdentifier,
    ts.SyntaxKind.ClassStaticBlockDeclaration,
    ts.SyntaxKind.BigIntLiteral,
  ]);
  for (const name of modules) {
    const file = ts.createSourceFile(name, read(name), ts.ScriptTarget.Latest, true);
    const look = (node) => {
      const place = file.getLineAndCharacterOfPosition(node.pos).line + 1;
      assert.ok(!tooNew.has(node.kind), `${name}:${place} ${ts.SyntaxKind[node.kind]}`);
      assert.ok(!(ts.isRegularExpressionLiteral(node) && /\(\?</.test(node.text)), `${name}:${place} look-behind`);
      ts.forEachChild(node, look);
    };
    look(file);
  }
});

test("nothing builds markup from text or runs text as code", () => {
  for (const name of modules) {
    assert.doesNotMatch(read(name), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, name);
  }
});

test("pages need no inline script, no inline style, no other host", () => {
  for (const name of pages) {
    const page = read(name);
    assert.doesNotMatch(page, /\son\w+=|\sstyle=|<style/i, name);
    assert.doesNotMatch(page, /(?:src|href)="(?:https?:)?\/\//, name);
    for (const [script] of page.matchAll(/<script[^>]*>[^<]*/g)) assert.match(script, /src="\/[^"]+"[^>]*>$/, name);
  }
  for (const name of ["chat.css", "tokens.css", "demo.css"]) assert.doesNotMatch(read(name), /@import|url\(/, name);
});

test("no number of help is written into a file", () => {
  const numbers = [...read("directory.yml", content).matchAll(/number: "?([\d ]+)"?/g)].map((found) => found[1].trim());
  assert.ok(numbers.length >= 6);
  for (const name of [...pages, ...modules, "chat.css", "demo.css"]) {
    for (const number of numbers) {
      const written = new RegExp(`(^|[^\\d.#-])${number.replace(" ", " ?")}(?![\\d.%]|px|rem|ms)`, "m");
      assert.doesNotMatch(read(name), written, `${name}: ${number}`);
    }
  }
});

test("every word on the pages is a phrase", () => {
  const known = new Set(phraseNames("visitor.yml"));
  const built = ["header_bot", "header_waiting", "header_counsellor", "header_closed", "typing_bot", "typing_counsellor"];
  built.push("sender_bot", "sender_counsellor", "sender_system", "sender_visitor", "pending", "kept", "seen");
  built.push("emergency_alo", "emergency_police", "emergency_ambulance");
  const said = loaded.flatMap((name) => [...read(name).matchAll(/words\.say\(\s*"(\w+)"/g)].map((found) => found[1]));
  const slots = pages.flatMap((name) => [...read(name).matchAll(/\{\{(\w+)\}\}/g)].map((found) => found[1]));
  const filled = slots.filter((name) => name !== "locale" && !/^(alo|police|ambulance|missing)(_tel)?$/.test(name));
  const missing = [...new Set([...built, ...said, ...filled])].filter((name) => !known.has(name));
  assert.deepEqual(missing, []);
});

test("pages hold no words of their own", () => {
  for (const name of pages) {
    const page = read(name).replace(/<!--[^]*?-->/g, "");
    const text = page.replace(/<[^>]*>/g, " ").replace(/\{\{\w+\}\}/g, " ").replace(/\s+/g, "");
    assert.equal(text, "↓".repeat(name === "chat.html" ? 1 : 0), name);
  }
});

test("what the page loads is light, and the embed script lighter", () => {
  const wire = (text) => gzipSync(text).length;
  const files = [...loaded, "chat.css", "tokens.css", "chat.html"].map((name) => wire(read(name)));
  const phrases = [...read("phrases/visitor.yml", content).matchAll(/sq: "([^"]*)"/g)].map((found) => found[1]);
  const total = files.reduce((sum, size) => sum + size, wire(phrases.join("\n")));
  assert.ok(total < 40 * 1024, `${total} bytes`);
  assert.ok(wire(read("widget.js")) < 4 * 1024 - 300);
});

test("every module that the page loads is imported by another, and the page names files that exist", () => {
  const imported = new Set(loaded.flatMap((name) => [...read(name).matchAll(/from "\.\/(\w+\.js)"/g)].map((found) => found[1])));
  assert.deepEqual(loaded.filter((name) => name !== "main.js" && !imported.has(name)), []);
  const present = new Set(readdirSync(widget));
  for (const name of pages) {
    for (const [, file] of read(name).matchAll(/"\/chat\/static\/([^"]+)"/g)) assert.ok(present.has(file), file);
  }
});
