/** What the console knows: lists, transcripts, drafts, and which conversation is open. No elements here. */

/** @import {Entry, Held, HouseStatus, NewsItem, Raised, TranscriptData} from "./types.js" */

const EDGES = 8;

/** A reply that is being written; `client_id` stays while the text stays, so that sending again is harmless. */
export class Draft {
  text = "";
  client_id = "";
}

/** The state of the desk; whoever shows something listens. */
export class Desk {
  constructor() {
    /** @type {Raised[]} */
    this.queue = [];
    /** @type {Raised[]} */
    this.watch = [];
    /** @type {Held[]} */
    this.mine = [];
    /** @type {string[]} */
    this.shift = [];
    /** @type {Map<string, TranscriptData>} */
    this.transcripts = new Map();
    /** @type {Map<string, Draft>} */
    this.drafts = new Map();
    /** @type {Map<string, number>} */
    this.edges = new Map();
    /** @type {Map<string, number>} */
    this.unread = new Map();
    /** @type {Map<string, number>} */
    this.typing = new Map();
    /** @type {string | null} */
    this.current = null;
    this.switchedAt = 0;
    this.connected = false;
    /** @type {HouseStatus} */
    this.status = { bus: true, bot: true, screening: "ok", screening_version: "", draft_scripts: 0 };
    /** @type {Set<() => void>} */
    this.listeners = new Set();
    this.told = false;
  }

  /** @param {() => void} listener */
  listen(listener) {
    this.listeners.add(listener);
  }

  /** Tell everybody, once per frame however much has changed. */
  changed() {
    if (this.told) return;
    this.told = true;
    requestAnimationFrame(() => {
      this.told = false;
      for (const listener of this.listeners) listener();
    });
  }

  /** @param {string} conversation */
  draft(conversation) {
    let draft = this.drafts.get(conversation);
    if (!draft) this.drafts.set(conversation, (draft = new Draft()));
    return draft;
  }

  /** @param {string} conversation */
  isMine(conversation) {
    return this.mine.some((held) => held.conversation === conversation);
  }

  /**
   * The colour edge of a conversation: no two that are held at once share one while there are enough.
   * @param {string} conversation
   */
  edge(conversation) {
    const known = this.edges.get(conversation);
    if (known !== undefined) return known;
    const used = new Set(this.mine.map((held) => this.edges.get(held.conversation)));
    let free = 0;
    while (free < EDGES && used.has(free)) free += 1;
    free %= EDGES;
    this.edges.set(conversation, free);
    return free;
  }

  /** @param {Held[]} mine */
  setMine(mine) {
    this.mine = mine;
    const held = new Set(mine.map((one) => one.conversation));
    for (const one of mine) {
      this.edge(one.conversation);
      this.unread.set(one.conversation, one.unread);
    }
    for (const known of Array.from(this.transcripts.keys())) {
      if (!held.has(known) && known !== this.current) this.forget(known);
    }
    this.changed();
  }

  /** @param {string} conversation */
  forget(conversation) {
    this.transcripts.delete(conversation);
    this.edges.delete(conversation);
    this.unread.delete(conversation);
    const draft = this.drafts.get(conversation);
    if (draft && !draft.text) this.drafts.delete(conversation);
  }

  /**
   * A transcript as read from the server, with what came over the feed meanwhile.
   * @param {TranscriptData} data
   */
  setTranscript(data) {
    const known = this.transcripts.get(data.conversation);
    if (known) data.messages = merged(known.messages, data.messages);
    this.transcripts.set(data.conversation, data);
    this.changed();
  }

  /**
   * News of one conversation; gives the visitor's messages that were not known.
   * @param {NewsItem} item
   * @returns {Entry[]}
   */
  addNews(item) {
    const known = this.transcripts.get(item.conversation);
    const { messages, ...head } = item;
    for (const list of [this.mine, this.queue, this.watch]) {
      const row = list.find((one) => one.conversation === item.conversation);
      if (row) Object.assign(row, { level: head.level, categories: head.categories, gone: head.gone, not_so: head.not_so });
    }
    const ids = new Set(known ? known.messages.map((one) => one.id) : []);
    const fresh = messages.filter((one) => !ids.has(one.id) && one.sender === "visitor");
    if (known) {
      Object.assign(known, head);
      known.messages = merged(known.messages, messages);
    }
    if (fresh.length) {
      this.typing.delete(item.conversation);
      this.unread.set(item.conversation, (this.unread.get(item.conversation) || 0) + fresh.length);
    }
    this.changed();
    return fresh;
  }

  /**
   * What a visitor wrote last, to tell conversations apart.
   * @param {string} conversation
   */
  lastWords(conversation) {
    const known = this.transcripts.get(conversation);
    if (!known) return "";
    const said = known.messages.filter((one) => one.sender === "visitor");
    return said.length ? said[said.length - 1].text : "";
  }
}

/**
 * Two lists of messages as one, each id once, in the order of ids; the newer copy counts.
 * @param {Entry[]} known
 * @param {Entry[]} fresh
 */
export function merged(known, fresh) {
  const byId = new Map(known.map((one) => [one.id, one]));
  for (const one of fresh) byId.set(one.id, one);
  return Array.from(byId.values()).sort((a, b) => a.id - b.id);
}
