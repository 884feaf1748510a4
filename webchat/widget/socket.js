/** The line to the house: it comes back by itself and repeats what was not kept, in order. No DOM in here. */

import { readFrame } from "./frames.js";

/** @import {Clock, Ears, ErrorFrame, LinkState, ServerFrame, SocketLike, Unkept, Waiting, Welcome} from "./types.js" */
/** @import {Session} from "./session.js" */

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30000;
const WELCOME_WITHIN = 10000;
const SECOND_HELLO_AFTER = 1500;
const SLOW_AFTER = 5000;
const GIVE_UP_AFTER = 20000;
const RATE_PAUSE = 5000;
const TYPING_EACH = 3000;

/** Errors after which the same frame may succeed. */
const PASSING = ["rate_limited", "not_kept", "not_ready", "full"];

/**
 * The pause before the next attempt: it doubles, and the second half of it is chance, so that a thousand
 * pages do not come back in the same moment.
 * @param {number} attempt from 0
 * @param {number} chance 0 to 1
 */
export function pauseBefore(attempt, chance) {
  const whole = Math.min(LONGEST_PAUSE, FIRST_PAUSE * Math.pow(2, Math.min(attempt, 10)));
  return whole / 2 + (whole / 2) * chance;
}

/** One visitor's line. Call `start` once; `say` and `press` may be called at any time, connected or not. */
export class Line {
  /**
   * @param {object} world
   * @param {() => SocketLike} world.open
   * @param {Session} world.session
   * @param {Clock} world.clock
   * @param {() => number} world.random
   * @param {string} world.locale
   * @param {Ears} world.ears
   */
  constructor({ open, session, clock, random, locale, ears }) {
    this.open = open;
    this.session = session;
    this.clock = clock;
    this.random = random;
    this.locale = locale;
    this.ears = ears;
    /** @type {SocketLike | null} */
    this.socket = null;
    /** @type {LinkState} */
    this.link = "connecting";
    this.welcomed = false;
    this.stopped = true;
    this.attempt = 0;
    this.lastId = 0;
    this.seenId = 0;
    this.pause = 0;
    this.typedAt = -TYPING_EACH;
    /** @type {Waiting[]} */
    this.waiting = session.unkept.map((entry) => ({ ...entry, sentAt: 0, due: 0, tries: 0 }));
    /** @type {Record<string, () => void>} */
    this.timers = {};
  }

  /** Connect, and stay connected until `stop`. */
  start() {
    this.stopped = false;
    this.connect();
  }

  /** Hang up and do not come back. */
  stop() {
    this.stopped = true;
    Object.keys(this.timers).forEach((name) => this.cancel(name));
    this.hangUp();
    this.waiting = [];
    this.tell("stopped");
  }

  /** The network is back, or the page is looked at again: do not wait for the pause to end. */
  hurry() {
    if (this.stopped || this.socket) return;
    this.attempt = 0;
    this.connect();
  }

  /** The network is known to be gone. */
  lose() {
    if (this.stopped || !this.socket) return;
    this.hangUp();
    this.comeBack();
  }

  /** @param {{client_id: string, text: string}} words */
  say({ client_id, text }) {
    this.enqueue({ type: "say", client_id, text });
  }

  /** @param {{client_id: string, payload: string, text: string}} tap `text` is the button's title */
  press({ client_id, payload, text }) {
    this.enqueue({ type: "press", client_id, text, payload });
  }

  /** The visitor is writing; told at most every three seconds and never made up for. */
  typing() {
    if (!this.welcomed || this.clock.now() - this.typedAt < TYPING_EACH) return;
    this.typedAt = this.clock.now();
    this.send({ type: "typing" });
  }

  /** @param {number} id */
  seen(id) {
    if (!this.welcomed || id <= this.seenId) return;
    this.seenId = id;
    this.send({ type: "seen", id });
  }

  leave() {
    if (this.welcomed) this.send({ type: "leave" });
  }

  /** Ask for the end of the conversation; asked again after a broken connection until it is done. */
  erase() {
    this.waiting = [];
    this.session.unkept = [];
    this.session.draft = "";
    this.session.erasing = true;
    if (this.welcomed) this.send({ type: "erase" });
  }

  /** @param {Unkept} entry */
  enqueue(entry) {
    this.waiting.push({ ...entry, sentAt: 0, due: 0, tries: 0 });
    this.remember();
    if (this.welcomed) this.sendWaiting();
    else this.hurry();
  }

  connect() {
    this.cancel("again");
    this.pause = 0;
    /** @type {SocketLike} */
    let socket;
    try {
      socket = this.open();
    } catch {
      this.comeBack();
      return;
    }
    this.socket = socket;
    socket.onopen = () => this.hello();
    socket.onmessage = (/** @type {{data: unknown}} */ event) => {
      const frame = typeof event.data === "string" ? readFrame(event.data) : null;
      if (frame) this.hear(frame);
    };
    socket.onclose = () => {
      this.hangUp();
      this.comeBack();
    };
    this.later("welcome", WELCOME_WITHIN, () => this.lose());
  }

  hello() {
    const { token } = this.session;
    /** @type {Record<string, unknown>} */
    const frame = { type: "hello", version: 1, locale: this.locale };
    if (token) frame.token = token;
    if (token && this.lastId) frame.after = this.lastId;
    this.send(frame);
  }

  /** @param {ServerFrame} frame */
  hear(frame) {
    if (frame.type === "welcome") this.welcome(frame);
    else if (frame.type === "message") this.lastId = Math.max(this.lastId, frame.id);
    else if (frame.type === "kept") this.strike(frame.client_id);
    else if (frame.type === "error") {
      if (!this.fault(frame)) return;
    } else if (frame.type === "erased") {
      this.session.forget();
      this.stop();
    }
    this.ears.frame(frame);
  }

  /** @param {Welcome} frame */
  welcome(frame) {
    const { session } = this;
    const known = session.conversation;
    if (known && known !== frame.conversation) {
      this.lastId = 0;
      this.seenId = 0;
      this.ears.restarted();
    }
    session.token = frame.token;
    session.conversation = frame.conversation;
    frame.messages.forEach((message) => {
      this.lastId = Math.max(this.lastId, message.id);
      if (message.client_id) this.strike(message.client_id);
    });
    this.cancel("welcome");
    this.welcomed = true;
    this.attempt = 0;
    this.tell("open");
    if (session.erasing) this.send({ type: "erase" });
    this.waiting.forEach((entry) => (entry.sentAt = 0));
    this.sendWaiting();
  }

  /**
   * What an error means for the line; false when nobody else needs to hear of it.
   * @param {ErrorFrame} error
   */
  fault(error) {
    const pause = (error.retry_after || 0) * 1000;
    if (error.code === "unknown_token") {
      this.session.token = null;
      // A welcome follows by itself; this is for a server that waits to be greeted again.
      this.later("hello", SECOND_HELLO_AFTER, () => this.welcomed || this.hello());
      return true;
    }
    if (error.code === "no_conversation" && this.session.erasing) {
      this.hear({ type: "erased" });
      return false;
    }
    if (error.code === "wrong_version") {
      this.stop();
      return true;
    }
    const entry = this.waiting.find((one) => one.client_id === error.client_id);
    if (PASSING.includes(error.code)) {
      if (!this.welcomed) this.pause = pause || RATE_PAUSE;
      (entry ? [entry] : this.waiting).forEach((one) => this.postpone(one, pause, error.code));
      this.sendWaiting();
    } else if (entry) {
      this.strike(entry.client_id);
      this.ears.refused(entry, error);
    }
    return true;
  }

  /**
   * @param {Waiting} entry
   * @param {number} pause
   * @param {string} code
   */
  postpone(entry, pause, code) {
    const own = code === "rate_limited" ? RATE_PAUSE : pauseBefore(entry.tries + 2, this.random());
    entry.due = this.clock.now() + (pause || own);
    entry.sentAt = 0;
  }

  /** Send what is due, in the order it was written. A postponed one does not hold up those behind it. */
  sendWaiting() {
    const now = this.clock.now();
    this.waiting.forEach((entry) => {
      if (entry.sentAt || entry.due > now || !this.welcomed) return;
      const { type, client_id, text, payload } = entry;
      entry.sentAt = now;
      entry.tries += 1;
      this.send(type === "say" ? { type, client_id, text } : { type, client_id, payload });
    });
    const dues = this.waiting.filter((entry) => !entry.sentAt).map((entry) => entry.due);
    if (dues.length) this.later("due", Math.max(50, Math.min(...dues) - now), () => this.sendWaiting());
    this.watch();
  }

  /** Notice an answer that does not come: say so first, then take a new connection. */
  watch() {
    this.cancel("slow");
    const sent = this.waiting.filter((entry) => entry.sentAt).map((entry) => entry.sentAt);
    if (!this.welcomed) return;
    if (!sent.length) return this.tell("open");
    const age = this.clock.now() - Math.min(...sent);
    if (age >= GIVE_UP_AFTER) return this.lose();
    if (age >= SLOW_AFTER) this.tell("slow");
    this.later("slow", (age >= SLOW_AFTER ? GIVE_UP_AFTER : SLOW_AFTER) - age, () => this.watch());
  }

  /** @param {string} client_id */
  strike(client_id) {
    this.waiting = this.waiting.filter((entry) => entry.client_id !== client_id);
    this.remember();
    this.watch();
  }

  remember() {
    this.session.unkept = this.waiting.map(({ type, client_id, text, payload }) =>
      payload === undefined ? { type, client_id, text } : { type, client_id, text, payload },
    );
  }

  hangUp() {
    const { socket } = this;
    this.socket = null;
    this.welcomed = false;
    ["welcome", "hello", "slow", "due"].forEach((name) => this.cancel(name));
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  comeBack() {
    if (this.stopped) return;
    this.tell("lost");
    const pause = Math.max(this.pause, pauseBefore(this.attempt, this.random()));
    this.attempt += 1;
    this.later("again", pause, () => this.connect());
  }

  /** @param {object} frame */
  send(frame) {
    try {
      if (this.socket) this.socket.send(JSON.stringify(frame));
    } catch {
      // A socket that is closing throws; what matters is repeated after the next welcome.
    }
  }

  /** @param {LinkState} link */
  tell(link) {
    if (link === this.link) return;
    this.link = link;
    this.ears.link(link);
  }

  /**
   * @param {string} name
   * @param {number} ms
   * @param {() => void} run
   */
  later(name, ms, run) {
    this.cancel(name);
    this.timers[name] = this.clock.after(ms, () => {
      delete this.timers[name];
      run();
    });
  }

  /** @param {string} name */
  cancel(name) {
    if (this.timers[name]) this.timers[name]();
    delete this.timers[name];
  }
}
