/** Building elements without markup, and keeping lists in step with what they show. */

/**
 * An element with attributes and children; `text` becomes its text, null and false are left out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 * @param {(Node | string | null | undefined | false)[]} [children]
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = String(value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * A button that acts; it never submits a form.
 * @param {string} label
 * @param {string} look
 * @param {(event: MouseEvent) => void} act
 */
export function press(label, look, act) {
  const element = el("button", { type: "button", class: look, text: label });
  element.addEventListener("click", act);
  return element;
}

/**
 * Put these children in place of all others, moving only what is out of place, so that focus and scroll stay.
 * @param {Element} parent
 * @param {Element[]} children
 */
export function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of Array.from(parent.children)) if (!wanted.has(child)) child.remove();
  children.forEach((child, place) => {
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] || null);
  });
}

/**
 * Rows by key: an element is made anew only when what it shows has changed.
 * @template T
 */
export class Rows {
  /**
   * @param {Element} parent
   * @param {(item: T) => string} key
   * @param {(item: T) => HTMLElement} show
   */
  constructor(parent, key, show) {
    this.parent = parent;
    this.key = key;
    this.show = show;
    /** @type {Map<string, {shown: string, element: HTMLElement}>} */
    this.rows = new Map();
  }

  /**
   * @param {T[]} items
   * @param {(item: T) => unknown} [also] what else the row depends on
   */
  update(items, also) {
    /** @type {Map<string, {shown: string, element: HTMLElement}>} */
    const next = new Map();
    for (const item of items) {
      const key = this.key(item);
      const shown = JSON.stringify([item, also ? also(item) : 0]);
      const known = this.rows.get(key);
      next.set(key, known && known.shown === shown ? known : { shown, element: this.remade(item, known) });
    }
    this.rows = next;
    arrange(this.parent, Array.from(next.values(), (row) => row.element));
  }

  /**
   * @param {T} item
   * @param {{element: HTMLElement} | undefined} known
   */
  remade(item, known) {
    const fresh = this.show(item);
    if (!known) return fresh;
    const focused = known.element.contains(document.activeElement);
    known.element.replaceWith(fresh);
    if (focused) fresh.querySelector("button")?.focus();
    return fresh;
  }
}

/**
 * The element of this id; a page without it is broken and says so.
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

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  4: "M2 2h12v12H2z",
  3: "M8 1.5 15 14H1z",
  2: "M8 2a6 6 0 0 1 0 12z M8 2a6 6 0 0 0 0 12",
  1: "M8 4.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 1 1 0-7z",
};

/**
 * The shape of a level: 4 filled square, 3 filled triangle, 2 half circle, 1 and 0 a dot.
 * @param {number} level
 */
export function shape(level) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 16 16");
  drawing.setAttribute("class", `shape level-${level}`);
  drawing.setAttribute("aria-hidden", "true");
  const parts = (level >= 4 ? SHAPES[4] : level === 3 ? SHAPES[3] : level === 2 ? SHAPES[2] : SHAPES[1]).split(" M");
  parts.forEach((path, place) => {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", place ? `M${path}` : path);
    line.setAttribute("class", place ? "outline" : "filled");
    drawing.append(line);
  });
  return drawing;
}
