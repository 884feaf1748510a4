/** The talk on the screen: one element for each message, in order, with its marks and its buttons. */

import { make, button, empty } from "./dom.js";
import { paragraphs, script, page, callButton } from "./article.js";
import { History, dayOf } from "./history.js";

/** @import {Entry, Kept, Link, Message, Wishes} from "./types.js" */
/** @import {Words} from "./words.js" */

const MARKS = { pending: "·", kept: "✓", seen: "✓✓", failed: "!" };
const NEAR_THE_END = 48;
const MARGIN = 14;

/** What is shown of one conversation. `scroller` scrolls, `log` inside it holds the messages. */
export class Transcript {
  /**
   * @param {object} world
   * @param {HTMLElement} world.scroller
   * @param {HTMLElement} world.log
   * @param {HTMLElement} world.newer the button that leads to what came in below
   * @param {Words} world.words
   * @param {() => number} world.now
   * @param {Wishes} world.wishes
   */
  constructor({ scroller, log, newer, words, now, wishes }) {
    this.scroller = scroller;
    this.log = log;
    this.newer = newer;
    this.words = words;
    this.now = now;
    this.wishes = wishes;
    this.history = new History();
    /** @type {Map<Entry, HTMLElement>} */
    this.nodes = new Map();
    this.atEnd = true;
    scroller.addEventListener("scroll", () => this.look());
    newer.addEventListener("click", () => {
      this.toEnd();
      scroller.focus();
    });
  }

  /**
   * Messages that were said before, all at once and without reading them aloud.
   * @param {Message[]} messages
   */
  fill(messages) {
    this.log.setAttribute("aria-busy", "true");
    messages.forEach((message) => {
      const entry = this.history.add(message);
      if (entry) this.show(entry);
    });
    this.offerLatest();
    this.log.removeAttribute("aria-busy");
    this.toEnd();
  }

  /**
   * A message that comes now. True when it is new.
   * @param {Message} message
   */
  add(message) {
    const entry = this.history.add(message);
    if (!entry) return false;
    const node = this.show(entry);
    this.offerLatest();
    this.follow(node);
    return true;
  }

  /**
   * @param {string} clientId
   * @param {string} text
   */
  write(clientId, text) {
    this.show(this.history.write(clientId, text, this.now()));
    this.offerLatest();
    this.toEnd();
  }

  /** @param {Kept} frame */
  kept(frame) {
    const entry = this.history.kept(frame.client_id, frame.id, frame.at);
    if (entry) this.show(entry);
  }

  /** @param {number} id */
  seen(id) {
    this.history.seen(id).forEach((entry) => this.mark(entry));
  }

  /** @param {string} clientId */
  refuse(clientId) {
    const entry = this.history.refuse(clientId);
    if (entry) this.follow(this.show(entry));
  }

  /** @param {string} clientId */
  drop(clientId) {
    const entry = this.history.drop(clientId);
    const node = entry && this.nodes.get(entry);
    if (!entry || !node) return;
    this.nodes.delete(entry);
    node.remove();
    this.group();
  }

  clear() {
    this.history = new History();
    this.nodes.clear();
    empty(this.log);
    this.newer.hidden = true;
    this.atEnd = true;
  }

  /**
   * Build the entry, or build it anew at the place that it has now.
   * @param {Entry} entry
   */
  show(entry) {
    const old = this.nodes.get(entry);
    const node = this.build(entry);
    const { entries } = this.history;
    const next = entries[entries.indexOf(entry) + 1];
    const nextNode = (next && this.nodes.get(next)) || null;
    if (old && old.nextSibling === nextNode) this.log.replaceChild(node, old);
    else {
      if (old) old.remove();
      this.log.insertBefore(node, nextNode);
    }
    this.nodes.set(entry, node);
    this.group();
    this.mark(entry);
    return node;
  }

  /** @param {Entry} entry */
  build(entry) {
    const { words } = this;
    const { message, sender } = entry;
    const kind = (message && message.kind) || "text";
    const content = this.content(entry, kind);
    const bubble = make("div", { class: "bubble", dir: "auto" }, ...content);
    const looks = [
      "entry",
      sender,
      kind,
      // A single line of the system stands in the middle; whatever is longer is read like a message.
      sender === "system" && kind !== "script" && kind !== "article" && content.length < 2 ? "aside" : "",
      this.echoes(entry) ? "echo" : "",
    ];
    const time = words.say("time_label", { time: clock(entry.at) });
    return make(
      "div",
      { class: looks.join(" ") },
      make("p", { class: "day" }),
      make("p", { class: "who", text: this.nameOf(entry) }),
      bubble,
      make(
        "p",
        { class: "meta" },
        make("span", { class: "time", "aria-hidden": true, text: clock(entry.at) }),
        make("span", { class: "unseen time-words", text: time }),
        make("span", { class: "mark", "aria-hidden": true }),
        make("span", { class: "unseen mark-words" }),
      ),
    );
  }

  /**
   * True for a line that only says what the waiting card says.
   * @param {Entry} entry
   */
  echoes({ sender, text }) {
    const said = (/** @type {string} */ name) => text.startsWith(this.words.say(name));
    return sender === "system" && (said("waiting_urgent") || said("waiting_title"));
  }

  /**
   * @param {Entry} entry
   * @param {string} kind
   * @returns {Node[]}
   */
  content(entry, kind) {
    const { message } = entry;
    if (!message || entry.sender === "visitor") return paragraphs(entry.text, null);
    if (kind === "article" && message.article) return [page(message.article, this.words)];
    if (kind === "script") return script(message, this.words);
    const links = (message.links || []).map((link) => linkTo(link)).filter(Boolean);
    return [...paragraphs(entry.text, this.words), ...(links.length ? [make("div", { class: "calls" }, ...links)] : [])];
  }

  /** Days, names and times are shown where they change; everything else follows its neighbour. */
  group() {
    /** @type {HTMLElement | null} */
    let before = null;
    const several = new Set(this.history.entries.map((entry) => dayOf(entry.at))).size > 1;
    const today = dayOf(this.now());
    this.history.entries.forEach((entry) => {
      const node = this.nodes.get(entry);
      if (!node) return;
      const follows = this.history.follows(entry);
      node.classList.toggle("follows", follows);
      node.classList.remove("followed");
      if (before) before.classList.toggle("followed", follows);
      const opens = this.history.opensDay(entry) && (several || dayOf(entry.at) !== today);
      const day = /** @type {HTMLElement} */ (node.firstChild);
      day.textContent = opens ? dateOf(entry.at) : "";
      day.hidden = !opens;
      before = node;
    });
  }

  /** @param {Entry} entry */
  mark(entry) {
    const node = this.nodes.get(entry);
    if (!node || !entry.mark) return;
    const sign = node.querySelector(".mark");
    const said = node.querySelector(".mark-words");
    const name = entry.mark === "failed" ? "send_failed" : entry.mark;
    if (sign) sign.textContent = MARKS[entry.mark];
    if (said) said.textContent = this.words.say(name);
    if (entry.mark !== "failed") return;
    const failed = make(
      "div",
      { class: "failed" },
      make("p", { text: this.words.say("send_failed") }),
      button(this.words.say("retry"), "chip", () => this.wishes.retry(entry)),
      button(this.words.say("discard"), "chip", () => this.wishes.discard(entry)),
    );
    node.appendChild(failed);
  }

  /** Buttons stand under the newest message that has some, for as long as they mean something, and nowhere else. */
  offerLatest() {
    this.log.querySelectorAll(".replies").forEach((old) => old.remove());
    const { entries } = this.history;
    const offering = entries.filter(({ message }) => message && message.buttons && message.buttons.length).pop();
    const node = offering && this.nodes.get(offering);
    if (!offering || !offering.message || !node) return;
    // A script waits for the visitor, who may write meanwhile; a person ends it, and words end everything else.
    const ends = offering.message.kind === "script" ? ["counsellor"] : ["counsellor", "visitor"];
    if (entries.slice(entries.indexOf(offering) + 1).some(({ sender }) => ends.includes(sender))) return;
    const replies = make("div", {
      class: "replies",
      role: "group",
      "aria-label": this.words.say("quick_replies_label"),
    });
    (offering.message.buttons || []).forEach((tapped) => {
      const chip = button(tapped.title, "chip", () => {
        this.unoffer();
        this.scroller.focus({ preventScroll: true });
        this.wishes.press(tapped);
      });
      replies.appendChild(chip);
    });
    node.appendChild(replies);
  }

  /** What was offered is used, or has lost its meaning. */
  unoffer() {
    this.log.querySelectorAll(".replies").forEach((old) => old.remove());
    this.history.entries.forEach(({ message }) => message && (message.buttons = null));
  }

  /**
   * Show what has come, if the visitor was at the end; what is longer than the screen from its beginning.
   * @param {HTMLElement} node
   */
  follow(node) {
    if (!this.atEnd) {
      this.newer.hidden = false;
      return;
    }
    const { scroller } = this;
    // What is not shown (a line that the card says) has no place to go to.
    if (!node.offsetHeight) return;
    if (scroller.scrollHeight - node.offsetTop > scroller.clientHeight - MARGIN) {
      scroller.scrollTop = node.offsetTop - MARGIN;
      this.look();
    } else this.toEnd();
  }

  /** Something below or around the talk has changed its height. */
  settle() {
    if (!this.atEnd) return;
    const shown = this.history.entries.filter((entry) => (this.nodes.get(entry) || this.log).offsetHeight > 0);
    const last = shown.pop();
    const node = last && last.sender !== "visitor" ? this.nodes.get(last) : null;
    if (node) this.follow(node);
    else this.toEnd();
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.look();
  }

  look() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
    if (!this.atEnd) return;
    this.newer.hidden = true;
    this.wishes.looked();
  }

  /** @param {Entry} entry */
  nameOf(entry) {
    const alias = entry.message && entry.message.counsellor;
    return this.words.say(`sender_${entry.sender}`, { alias: alias || "" }).trim();
  }
}

/** @param {Link} link */
function linkTo(link) {
  if (link.url.startsWith("tel:")) return callButton(link.title, link.url);
  if (!link.url.startsWith("https://")) return null;
  return make("a", { class: "chip", href: link.url, target: "_blank", rel: "noopener noreferrer", text: link.title });
}

/** @param {number} at */
function clock(at) {
  const date = new Date(at);
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}

/** @param {number} at */
function dateOf(at) {
  const date = new Date(at);
  return `${date.getDate()}.${date.getMonth() + 1}.${date.getFullYear()}`;
}
