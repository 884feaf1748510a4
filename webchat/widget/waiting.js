/** The card that stays while a person is awaited: the place, an honest estimate, two things to do meanwhile. */

import { make, button, empty } from "./dom.js";
import { paragraph, callButton } from "./article.js";

/** @import {StateFrame} from "./types.js" */
/** @import {Words} from "./words.js" */

const PINNED = ["alo", "police", "ambulance"];
const BREATHE_IN = 4000;
const BREATHE_OUT = 6000;
const BREATHS = 5;

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
