/** The talk as a list: each message once, in the order of its ids, the unkept ones last. No DOM in here. */

/** @import {Entry, Message} from "./types.js" */

const SAME_BREATH = 5 * 60000;

/** Messages of one conversation. */
export class History {
  constructor() {
    /** @type {Entry[]} */
    this.entries = [];
    this.seenId = 0;
  }

  /** The greatest id there is, 0 before the first. */
  get lastId() {
    return this.entries.reduce((last, entry) => Math.max(last, entry.id || 0), 0);
  }

  /**
   * A message of the server. Gives null when it is here already and nothing changed.
   * @param {Message} message
   * @returns {Entry | null}
   */
  add(message) {
    if (this.entries.some((entry) => entry.id === message.id)) return null;
    const own = message.client_id ? this.own(message.client_id) : null;
    if (own) return this.kept(own.clientId || "", message.id, message.at);
    const mine = message.sender === "visitor";
    return this.place({
      id: message.id,
      clientId: message.client_id || null,
      sender: message.sender,
      text: message.text,
      at: Date.parse(message.at) || 0,
      mark: mine ? (message.id <= this.seenId ? "seen" : "kept") : null,
      message,
    });
  }

  /**
   * What the visitor has just written.
   * @param {string} clientId
   * @param {string} text
   * @param {number} at
   */
  write(clientId, text, at) {
    return this.place({ id: null, clientId, sender: "visitor", text, at, mark: "pending", message: null });
  }

  /**
   * The server has kept it: it moves to the place of its id.
   * @param {string} clientId
   * @param {number} id
   * @param {string} at
   * @returns {Entry | null}
   */
  kept(clientId, id, at) {
    const entry = this.own(clientId);
    if (!entry || entry.id !== null) return null;
    this.entries.splice(this.entries.indexOf(entry), 1);
    entry.id = id;
    entry.at = Date.parse(at) || entry.at;
    entry.mark = id <= this.seenId ? "seen" : "kept";
    return this.place(entry);
  }

  /**
   * The counsellor has read up to `id`. Gives the entries whose mark changed.
   * @param {number} id
   */
  seen(id) {
    this.seenId = Math.max(this.seenId, id);
    const changed = this.entries.filter((entry) => entry.mark === "kept" && (entry.id || 0) <= this.seenId);
    changed.forEach((entry) => (entry.mark = "seen"));
    return changed;
  }

  /**
   * Take an unkept message away.
   * @param {string} clientId
   */
  drop(clientId) {
    const entry = this.own(clientId);
    if (!entry || entry.id !== null) return null;
    this.entries.splice(this.entries.indexOf(entry), 1);
    return entry;
  }

  /**
   * The server will not keep it: it stays on the screen until the visitor decides.
   * @param {string} clientId
   */
  refuse(clientId) {
    const entry = this.own(clientId);
    if (!entry || entry.id !== null) return null;
    entry.mark = "failed";
    return entry;
  }

  /** @param {string} clientId */
  own(clientId) {
    return this.entries.find((entry) => entry.clientId === clientId) || null;
  }

  /**
   * The entry before this one, if any.
   * @param {Entry} entry
   * @returns {Entry | undefined}
   */
  before(entry) {
    return this.entries[this.entries.indexOf(entry) - 1];
  }

  /**
   * True when it goes on where the same sender has just stopped.
   * @param {Entry} entry
   */
  follows(entry) {
    const before = this.before(entry);
    return (
      before !== undefined &&
      before.sender === entry.sender &&
      nameOf(before) === nameOf(entry) &&
      !this.opensDay(entry) &&
      entry.at - before.at < SAME_BREATH
    );
  }

  /**
   * True for the first message of a day.
   * @param {Entry} entry
   */
  opensDay(entry) {
    const before = this.before(entry);
    return before === undefined || dayOf(before.at) !== dayOf(entry.at);
  }

  /** @param {Entry} entry */
  place(entry) {
    let index = this.entries.length;
    while (index > 0 && comesAfter(this.entries[index - 1], entry)) index -= 1;
    this.entries.splice(index, 0, entry);
    return entry;
  }
}

/**
 * @param {Entry} one
 * @param {Entry} other
 */
function comesAfter(one, other) {
  return other.id !== null && (one.id === null || one.id > other.id);
}

/** @param {Entry} entry */
function nameOf(entry) {
  return (entry.message && entry.message.counsellor) || "";
}

/**
 * A day on the visitor's own calendar, as a number that grows.
 * @param {number} at
 */
export function dayOf(at) {
  const date = new Date(at);
  return (date.getFullYear() * 12 + date.getMonth()) * 31 + date.getDate();
}
