/** A sound and the tab's title for whoever waits at level 3 or 4, again while a level 4 waits; for screening that fails, once. */

/** @import {Raised} from "./types.js" */

import { part } from "./elements.js";
import { say } from "./words.js";

const AGAIN = 15_000;
const TONES = { 4: [880, 660, 880, 660], 3: [587, 784] };

/** The bell of the console; browsers let it ring only after somebody has touched the page. */
export class Alarm {
  constructor() {
    /** @type {AudioContext | null} */
    this.audio = null;
    this.on = true;
    /** @type {Map<string, number>} */
    this.known = new Map();
    this.rangAt = 0;
    this.waiting = 0;
    this.unread = 0;
    this.screening = "ok";
    this.owed = false;
    this.touched = () => void this.wake();
    document.addEventListener("pointerdown", this.touched);
    document.addEventListener("keydown", this.touched);
    this.timer = setInterval(() => {
      if (this.waiting === 4 && Date.now() - this.rangAt >= AGAIN) this.ring(4);
    }, 1_000);
  }

  /** Silent for good, and the title is the page's own again. */
  end() {
    this.on = false;
    clearInterval(this.timer);
    document.removeEventListener("pointerdown", this.touched);
    document.removeEventListener("keydown", this.touched);
    document.title = say("title");
  }

  async wake() {
    if (!this.audio) this.audio = new AudioContext();
    if (this.audio.state === "suspended") await this.audio.resume().catch(() => undefined);
    if (this.owed && this.ready) this.ring(4);
  }

  /** Whether the bell would be heard. */
  get ready() {
    return this.on && this.audio !== null && this.audio.state === "running";
  }

  /** @param {Raised[]} queue */
  heard(queue) {
    const loudest = queue.reduce((level, item) => Math.max(level, item.level), 0);
    let fresh = 0;
    const now = new Map(queue.map((item) => [item.conversation, item.level]));
    for (const [conversation, level] of now) {
      if (level >= 3 && level > (this.known.get(conversation) || 0)) fresh = Math.max(fresh, level);
    }
    this.known = now;
    this.waiting = Math.min(4, loudest);
    if (fresh) {
      this.ring(fresh);
      part("alarm", HTMLElement).textContent = say(fresh >= 4 ? "new_level_4" : "new_level_3");
    }
    this.title();
  }

  /**
   * Screening has changed; who answers for the house hears it as they hear a level 4.
   * @param {string} state
   * @param {boolean} loud
   */
  screens(state, loud) {
    if (state === this.screening) return;
    this.screening = state;
    this.owed = loud && state !== "ok" && !this.ready;
    if (loud && state !== "ok") this.ring(4);
    part("alarm", HTMLElement).textContent = say(`screening_${state}`);
    this.title();
  }

  /** @param {number} unread */
  count(unread) {
    if (unread === this.unread) return;
    this.unread = unread;
    this.title();
  }

  /** The title names no child and no word. */
  title() {
    const sign = this.waiting >= 4 ? "■ 4 · " : this.waiting === 3 ? "▲ 3 · " : "";
    const unwell = this.screening === "ok" ? "" : "⚠ ";
    document.title = `${unwell}${sign}${this.unread ? `(${this.unread}) ` : ""}${say("title")}`;
  }

  /** @param {number} level */
  ring(level) {
    this.rangAt = Date.now();
    const audio = this.audio;
    if (!this.ready || !audio) return;
    this.owed = false;
    const tones = level >= 4 ? TONES[4] : TONES[3];
    tones.forEach((tone, place) => {
      const [from, to] = [audio.currentTime + place * 0.22, audio.currentTime + place * 0.22 + 0.18];
      const voice = audio.createOscillator();
      const loud = audio.createGain();
      voice.type = "sine";
      voice.frequency.value = tone;
      loud.gain.setValueAtTime(0.0001, from);
      loud.gain.exponentialRampToValueAtTime(0.25, from + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, to);
      voice.connect(loud).connect(audio.destination);
      voice.start(from);
      voice.stop(to);
    });
  }
}
