/** How texts of the house are shown: paragraphs with call links, articles, the question of a script. */

import { make, button } from "./dom.js";

/** @import {Article, Message, Source} from "./types.js" */
/** @import {Words} from "./words.js" */

/**
 * A paragraph of our own text, its help numbers as call links.
 * @param {string} text
 * @param {Words} words
 * @param {string} [look]
 */
export function paragraph(text, words, look) {
  const element = make("p", { class: look || null });
  words.pieces(text).forEach((piece) => {
    if (piece.number) element.appendChild(make("a", { class: "tel", href: `tel:${piece.number.tel}`, text: piece.text }));
    else element.appendChild(document.createTextNode(piece.text));
  });
  return element;
}

/**
 * Plain text as paragraphs, one for each line that is not empty.
 * @param {string} text
 * @param {Words | null} words null for words of a visitor, in which nothing becomes a link
 */
export function paragraphs(text, words) {
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.map((line) => (words ? paragraph(line, words) : make("p", { text: line })));
}

/**
 * A large button that calls.
 * @param {string} label
 * @param {string} url `tel:` and the digits
 */
export function callButton(label, url) {
  return make("a", { class: "call", href: url, text: label });
}

/**
 * A script's text and the question at its end.
 * @param {string} text
 * @returns {{text: string, question: string}}
 */
export function splitQuestion(text) {
  const whole = text.trim();
  if (!whole.endsWith("?")) return { text: whole, question: "" };
  let cut = -1;
  for (let at = 0; at < whole.length - 1; at += 1) {
    const ends = /[.!?\u2026]/.test(whole[at]) && /[\s\u201d\u00bb"]/.test(whole[at + 1]);
    if (ends || whole[at] === "\n") cut = at;
  }
  if (cut < 0) return { text: "", question: whole };
  const head = whole.slice(0, cut + 1);
  const tail = whole.slice(cut + 1);
  const closing = /^[\u201d\u00bb"]/.test(tail) ? tail[0] : "";
  return { text: (head + closing).trim(), question: tail.slice(closing.length).trim() };
}

/**
 * A step of a risk script: the number first, then the text, then one question.
 * @param {Message} message
 * @param {Words} words
 * @returns {Node[]}
 */
export function script(message, words) {
  const { text, question } = splitQuestion(message.text);
  const given = (message.links || []).filter((link) => link.url.startsWith("tel:"));
  const calls = given.length
    ? given.map((link) => callButton(link.title, link.url))
    : words
        .numbersIn(text)
        .slice(0, 2)
        .map((number) => callButton(words.say("call_number", { number: number.number }), `tel:${number.tel}`));
  return [
    ...(calls.length ? [make("div", { class: "calls" }, ...calls)] : []),
    ...paragraphs(text, words),
    ...(question ? [paragraph(question, words, "question")] : []),
  ];
}

/**
 * An article as a page in the talk.
 * @param {Article} article
 * @param {Words} words
 */
export function page(article, words) {
  const full = make(
    "div",
    { class: "full" },
    ...(article.paragraphs || []).map((text) => paragraph(text, words)),
    steps(article.steps || [], formal(article), words),
    article.help ? paragraph(article.help, words, "help") : null,
  );
  const simple = article.simple ? make("div", { class: "full", hidden: true }, ...paragraphs(article.simple, words)) : null;
  return make(
    "div",
    { class: "page" },
    make("h2", { text: article.title }),
    simple && simplifier(full, simple, words),
    full,
    simple,
    origin(article, words),
  );
}

/**
 * The end of a phrase's name where the article speaks to adults.
 * @param {Article} article
 */
function formal(article) {
  return article.register === "ju" ? "_adult" : "";
}

/**
 * @param {string[]} list
 * @param {string} form
 * @param {Words} words
 */
function steps(list, form, words) {
  if (!list.length) return null;
  const items = list.map((text) => {
    const item = make("li");
    const filled = paragraph(text, words);
    while (filled.firstChild) item.appendChild(filled.firstChild);
    return item;
  });
  return make("section", {}, make("h3", { text: words.say(`article_steps${form}`) }), make("ol", {}, ...items));
}

/**
 * @param {HTMLElement} full
 * @param {HTMLElement} simple
 * @param {Words} words
 */
function simplifier(full, simple, words) {
  const toggle = button(words.say("more_simple"), "quiet-button", () => {
    full.hidden = !full.hidden;
    simple.hidden = !simple.hidden;
    toggle.setAttribute("aria-pressed", String(full.hidden));
  });
  toggle.setAttribute("aria-pressed", "false");
  return toggle;
}

/**
 * Where it comes from and how old it is, in quiet ink.
 * @param {Article} article
 * @param {Words} words
 */
function origin(article, words) {
  const named = (article.sources || []).filter((source) => source.publisher || source.title);
  const lines = named.map((source) => sourceLine(source, words));
  const date = article.reviewed_on || article.written_on;
  if (date) {
    const name = article.reviewed_on ? "reviewed_line" : "written_line";
    lines.push(make("p", { text: words.say(name, { date: readableDate(date) }) }));
  }
  if (article.draft) lines.push(paragraph(words.say(`draft_note${formal(article)}`), words));
  return lines.length ? make("footer", {}, ...lines) : null;
}

/**
 * @param {Source} source
 * @param {Words} words
 */
function sourceLine(source, words) {
  const publisher = source.publisher || source.title || "";
  const text = source.year
    ? words.say("source_with_year", { publisher, year: source.year })
    : words.say("source_without_year", { publisher });
  if (!source.url || !source.url.startsWith("https://")) return make("p", { text });
  return make("p", {}, make("a", { href: source.url, target: "_blank", rel: "noopener noreferrer", text }));
}

/**
 * `2026-11-22` as it is written in Albanian.
 * @param {string} date
 */
export function readableDate(date) {
  const [year, month, day] = date.slice(0, 10).split("-").map(Number);
  return `${day}.${month}.${year}`;
}
