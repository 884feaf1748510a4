/** Requests to the staff service; each gives an answer with a sentence to show, and none throws. */

/** @import {Answer} from "./types.js" */

import { say, sayOr } from "./words.js";

const PATIENCE = 10_000;

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<Answer>}
 */
export function post(path, body) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/**
 * @param {string} conversation
 * @returns {Promise<Answer>}
 */
export function transcript(conversation) {
  return ask(`/api/transcript?conversation=${encodeURIComponent(conversation)}`, {});
}

/**
 * A week's list; the last that is over, without a week.
 * @param {string | null} week
 * @returns {Promise<Answer>}
 */
export function blindSpots(week) {
  return ask(week ? `/api/blind-spots?week=${encodeURIComponent(week)}` : "/api/blind-spots", {});
}

/**
 * @param {string} path
 * @param {RequestInit} how
 * @returns {Promise<Answer>}
 */
async function ask(path, how) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(path, { ...how, signal: stop.signal, credentials: "same-origin" });
    const data = await response.json();
    const code = response.ok ? "" : String(data.error || "error_unexpected");
    const message = response.ok ? "" : sayFilled(code, data);
    if (response.status === 401) document.dispatchEvent(new Event("signed-out"));
    return { ok: response.ok, status: response.status, data, message, code };
  } catch {
    return { ok: false, status: 0, data: {}, message: say("connection_lost"), code: "connection_lost" };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {string} code
 * @param {Record<string, string>} data
 */
function sayFilled(code, data) {
  return sayOr(code, "") ? say(code, data) : String(data.message || say("error_unexpected"));
}
