/** Building elements without markup: text stays text. */

/**
 * An element with attributes and children; `text` becomes its text, a null or false attribute is left out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 * @param {...(Node | null | false | undefined)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  const all = attributes || {};
  Object.keys(all).forEach((name) => {
    const value = all[name];
    if (value === null || value === undefined || value === false) return;
    if (name === "text") element.textContent = String(value);
    else element.setAttribute(name, value === true ? "" : String(value));
  });
  children.forEach((child) => child && element.appendChild(child));
  return element;
}

/**
 * A button that does something; never one that submits.
 * @param {string} label
 * @param {string} look its class
 * @param {() => void} act
 */
export function button(label, look, act) {
  const element = make("button", { type: "button", class: look, text: label });
  element.addEventListener("click", act);
  return element;
}

/**
 * Take all children away.
 * @param {Element} element
 */
export function empty(element) {
  while (element.firstChild) element.removeChild(element.firstChild);
}

/**
 * The element of this id in the page, of the kind expected; a page without it is broken and says so.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function part(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`#${id} must be a ${kind.name}`);
  return element;
}
