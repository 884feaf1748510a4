/** The console's words, as the server put them into the page; no sentence stands in the code. */

/** @import {PageData} from "./types.js" */

/** @returns {PageData} */
function read() {
  const element = document.getElementById("data");
  if (!element) throw new Error("the page has no data");
  return JSON.parse(element.textContent || "");
}

export const page = read();

/**
 * The phrase of this name, completed; one that is missing shows its name, so that it is noticed.
 * @param {string} name
 * @param {Record<string, string | number | null>} [values]
 */
export function say(name, values) {
  const phrase = Object.prototype.hasOwnProperty.call(page.texts, name) ? page.texts[name] : name;
  return phrase.replace(/\{(\w+)\}/g, (marker, key) => (values && key in values ? String(values[key]) : marker));
}

/**
 * The phrase of this name, or another text when there is none.
 * @param {string} name
 * @param {string} otherwise
 */
export function sayOr(name, otherwise) {
  return Object.prototype.hasOwnProperty.call(page.texts, name) ? page.texts[name] : otherwise;
}
