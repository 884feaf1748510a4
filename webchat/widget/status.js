/** How things stand: the card while a person is awaited, the numbers pinned, the line when something is wrong. */

import { make, button, empty } from "./dom.js";
import { paragraph, callButton } from "./article.js";

/** @import {LinkState, StateFrame} from "./types.js" */
/** @import {Words} from "./words.js" */

const PINNED = ["alo", "police", "ambulance"];
const BREATHE_IN = 4000;
const BREATHE_OUT = 6000;
const BREATHS = 5;
const BEFORE_SAYING_SO = 1200;
const GOOD_NEWS_STAYS = 4000;

/**
 * @param {object} world
 * @param {HTMLElement} world.card
 * @param {HTMLElement} world.place a role=status inside the card
 * @param {HTMLElement} world.acts
 * @param {Words} world.words
 * @param {() => void} world.leave
 */
export function waitingCard({ card, place, acts, words, leave }) {
  /** @type {() => void} */
  let endBreathing = () => {};
  let breathes = false;
  let shown = "";

  const breathe = () => {
    const exercise = breathing(words, () => {
      endBreathing = () => {};
      breathes = false;
      exercise.element.remove();
      acts.hidden = false;
    });
    endBreathing = exercise.end;
    breathes = true;
    acts.hidden = true;
    card.appendChild(exercise.element);
    exercise.begin();
  };

  /** @param {boolean} urgent */
  const offer = (urgent) => {
    empty(acts);
    acts.appendChild(button(words.say("breathing"), "chip", breathe));
    // With the numbers pinned below, one more of them would only be noise.
    if (urgent) return;
    acts.appendChild(callButton(words.say("call_alo"), `tel:${words.numbers.alo.tel}`));
    acts.appendChild(button(words.say("leave"), "quiet-button", leave));
  };

  return {
    /** @param {StateFrame} frame */
    show(frame) {
      const waits = frame.state === "waiting";
      card.classList.toggle("shown", waits);
      acts.hidden = !waits || breathes;
      if (!waits) {
        endBreathing();
        empty(place);
        shown = "";
        return;
      }
      const lines = linesFor(frame, words);
      if (shown === lines.join("\n")) return;
      offer(Boolean(frame.level_high));
      shown = lines.join("\n");
      empty(place);
      lines.forEach((line, index) => place.appendChild(paragraph(line, words, index === 0 ? "first" : "")));
    },
  };
}

/**
 * The numbers of help, pinned above the field while somebody may be in danger and no person has come yet.
 * @param {HTMLElement} bar
 * @param {Words} words
 */
export function pinnedNumbers(bar, words) {
  PINNED.forEach((slug) => {
    const number = words.numbers[slug];
    if (!number) return;
    const link = make("a", { href: `tel:${number.tel}` });
    words.pieces(words.say(`emergency_${slug}`)).forEach((piece) => {
      link.appendChild(make(piece.number ? "strong" : "span", { text: piece.text.trim() }));
    });
    bar.appendChild(link);
  });
  bar.appendChild(make("p", { text: words.say("emergency_outside") }));
}

/**
 * What is said of the queue: no number at level 3 and 4, no promise when nobody is there.
 * @param {StateFrame} frame
 * @param {Words} words
 */
export function linesFor(frame, words) {
  if (frame.nobody) return [words.say("nobody_on_shift")];
  if (frame.level_high) return [words.say("waiting_urgent")];
  const lines = [words.say("waiting_title")];
  const facts = [];
  if (frame.position) facts.push(words.say("place_in_queue", { position: frame.position }));
  if (frame.wait_seconds) {
    facts.push(words.say("wait_estimate", { minutes: Math.max(1, Math.ceil(frame.wait_seconds / 60)) }));
  }
  if (facts.length) lines.push(facts.join(" · "));
  lines.push(words.say("waiting_meanwhile"));
  return lines;
}

/**
 * Five slow breaths beside a light that grows and fades.
 * @param {Words} words
 * @param {() => void} done
 */
function breathing(words, done) {
  const light = make("div", { class: "light", "aria-hidden": true });
  const said = make("p", { role: "status", class: "first" });
  const stop = button(words.say("breathing_stop"), "chip", () => end());
  const element = make("div", { class: "breathing" }, light, said, stop);
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  let breaths = 0;

  const end = () => {
    clearTimeout(timer);
    done();
  };
  const out = () => {
    light.classList.remove("full");
    said.textContent = words.say("breathe_out");
    timer = setTimeout(breaths < BREATHS ? into : end, BREATHE_OUT);
  };
  const into = () => {
    breaths += 1;
    light.classList.add("full");
    said.textContent = words.say("breathe_in");
    timer = setTimeout(out, BREATHE_IN);
  };
  return {
    element,
    end,
    begin() {
      stop.focus();
      // The first breath begins a moment later, so that the light is seen small before it grows.
      timer = setTimeout(into, 100);
    },
  };
}

/**
 * @param {HTMLElement} box a role=status
 * @param {Words} words
 */
export function noticeBoard(box, words) {
  let trouble = "";
  let fault = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /**
   * @param {string} text
   * @param {string} look
   */
  const say = (text, look) => {
    clearTimeout(timer);
    empty(box);
    box.className = `notice ${look}`;
    box.appendChild(paragraph(text, words));
  };
  const hush = () => {
    clearTimeout(timer);
    fault = false;
    empty(box);
  };

  return {
    hush,
    /** @param {string} text in full, with what is kept and whom to call */
    trouble(text) {
      say(text, "trouble");
      fault = true;
    },
    /** Something was kept: what was refused before is no longer the state of things. */
    relieved() {
      if (fault) hush();
    },
    /** @param {string} text */
    word(text) {
      say(text, "calm");
    },
    /** @param {LinkState} link */
    link(link) {
      if (link === "slow") {
        trouble = "slow";
        say(words.say("slow"), "trouble");
      } else if (link === "lost" || link === "connecting") {
        // Most breaks heal at once; only those that last are told.
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (fault) return;
          trouble = "lost";
          say(words.say(link === "connecting" ? "connecting" : "offline"), "trouble");
        }, BEFORE_SAYING_SO);
      } else if (link === "open") {
        clearTimeout(timer);
        const healed = trouble;
        trouble = "";
        if (healed === "slow") hush();
        if (healed !== "lost") return;
        say(words.say("back_online"), "calm");
        timer = setTimeout(hush, GOOD_NEWS_STAYS);
      }
    },
  };
}
