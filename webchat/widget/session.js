/** What the tab remembers: the token, what is written but not yet kept, the draft, the look of the page. */

/** @import {Shelf, Unkept} from "./types.js" */

const PREFIX = "alo.";
const OF_THE_TALK = ["token", "conversation", "unkept", "draft", "erasing", "touched"];

/**
 * The given storage, or memory where the browser forbids it (private windows, blocked third-party storage).
 * @param {() => Shelf} storage
 * @returns {Shelf}
 */
export function openShelf(storage) {
  /** @type {Map<string, string>} */
  const memory = new Map();
  /** @type {Shelf} */
  const inMemory = {
    getItem: (name) => (memory.has(name) ? /** @type {string} */ (memory.get(name)) : null),
    setItem: (name, value) => void memory.set(name, value),
    removeItem: (name) => void memory.delete(name),
  };
  try {
    const shelf = storage();
    shelf.setItem(PREFIX + "try", "1");
    shelf.removeItem(PREFIX + "try");
    return shelf;
  } catch {
    return inMemory;
  }
}

/** The memory of one tab. Nothing of it outlives the tab, and `forget` empties it at once. */
export class Session {
  /**
   * @param {Shelf} shelf
   * @param {() => number} now in milliseconds
   * @param {number} idleMinutes after which the page starts empty
   */
  constructor(shelf, now, idleMinutes) {
    this.shelf = shelf;
    this.now = now;
    this.idleAfter = idleMinutes * 60000;
  }

  /** @returns {string | null} */
  get token() {
    return this.read("token");
  }

  set token(value) {
    this.write("token", value);
  }

  /** @returns {string | null} */
  get conversation() {
    return this.read("conversation");
  }

  set conversation(value) {
    this.write("conversation", value);
  }

  get draft() {
    return this.read("draft") || "";
  }

  set draft(text) {
    this.write("draft", text || null);
  }

  /** True from the wish to erase until the server has done it. */
  get erasing() {
    return this.read("erasing") === "1";
  }

  set erasing(value) {
    this.write("erasing", value ? "1" : null);
  }

  /** @returns {Unkept[]} */
  get unkept() {
    try {
      const list = JSON.parse(this.read("unkept") || "[]");
      return Array.isArray(list) ? list : [];
    } catch {
      return [];
    }
  }

  set unkept(list) {
    this.write("unkept", list.length ? JSON.stringify(list) : null);
  }

  /** The visitor did something, or was answered: the time of idleness begins anew. */
  touch() {
    this.write("touched", String(this.now()));
  }

  /** True when so long nothing happened that somebody else may sit here by now. */
  get idle() {
    const touched = Number(this.read("touched"));
    return touched > 0 && this.now() - touched > this.idleAfter;
  }

  /** Everything of the talk is gone; how the page looks stays. */
  forget() {
    OF_THE_TALK.forEach((name) => this.write(name, null));
  }

  /**
   * @param {string} name
   * @returns {string | null}
   */
  read(name) {
    try {
      return this.shelf.getItem(PREFIX + name);
    } catch {
      return null;
    }
  }

  /**
   * @param {string} name
   * @param {string | null} value
   */
  write(name, value) {
    try {
      if (value === null) this.shelf.removeItem(PREFIX + name);
      else this.shelf.setItem(PREFIX + name, value);
    } catch {
      // A full or blocked storage must not stop the talk; the page then forgets on reload.
    }
  }
}
