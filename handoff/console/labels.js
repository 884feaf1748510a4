/** Names for codes: levels, categories, channels, senders; and the row that stands for a conversation. */

/** @import {Entry, Head, Person} from "./types.js" */

import { el, shape } from "./elements.js";
import { say, sayOr } from "./words.js";

/** @param {string} slug */
export const category = (slug) => sayOr(`category_${slug}`, slug);

/** @param {string} slug */
export const channel = (slug) => sayOr(`channel_${slug}`, slug);

/** @param {number} level */
export const levelName = (level) => say(`level_${level}`);

/** @param {string | null} code */
export const language = (code) => sayOr(`language_${code || "unknown"}`, code || "");

/**
 * The version of screening; what nothing screened has none.
 * @param {string} code
 */
export const version = (code) => (code === "none" ? say("lane_unscreened") : code);

/**
 * Shape and number of a level; the words stand beside it for those who see neither.
 * @param {number} level
 */
export function levelMark(level) {
  return el("span", { class: `level level-${level}` }, [
    shape(level),
    el("span", { text: String(level), "aria-hidden": "true" }),
    el("span", { class: "unseen", text: `${say("level")} ${levelName(level)}` }),
  ]);
}

/**
 * The shape alone, where the level's words stand beside it.
 * @param {number} level
 */
export function levelShape(level) {
  return el("span", { class: `level level-${level}` }, [shape(level)]);
}

/**
 * Whether a person answers for the house, and not for their own talks alone.
 * @param {Person} person
 */
export const supervises = (person) => person.role === "supervisor" || person.role === "admin";

/** In place of a level that nothing could tell. */
export function unknownMark() {
  return el("span", { class: "level level-1" }, [shape(1), el("span", { text: "?", "aria-hidden": "true" })]);
}

/**
 * A clock that goes on by itself.
 * @param {string | null} since
 * @param {number} level
 * @param {string} title
 */
export function clock(since, level, title) {
  if (!since) return null;
  return el("span", { class: "clock", "data-since": since, "data-level": level, title });
}

/**
 * The short name of a conversation on its colour.
 * @param {Head} head
 * @param {number | null} edge
 */
export function codeMark(head, edge) {
  return el("span", { class: edge === null ? "code" : `code edge-${edge}`, text: head.code });
}

/**
 * Who says a message; a script says for which level it spoke.
 * @param {Entry} entry
 * @param {number} level
 */
export function senderName(entry, level) {
  if (entry.sender === "visitor") return say(entry.speaker === "adult" ? "sender_visitor_adult" : "sender_visitor");
  if (entry.sender === "counsellor") return entry.alias || say("sender_counsellor");
  if (entry.sender === "bot") return say("sender_bot");
  if (entry.kind === "script") return say("sender_script", { level });
  return say(entry.kind === "article" ? "sender_bot" : "sender_system");
}
