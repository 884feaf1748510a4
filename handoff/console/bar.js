/** The top of the console: who is on shift, sound, break, leaving; under it what does not work. */

/** @import {Desk} from "./desk.js" */
/** @import {Alarm} from "./alarm.js" */
/** @import {Person} from "./types.js" */

import { el, press } from "./elements.js";
import { supervises } from "./labels.js";
import { page, say } from "./words.js";

/**
 * @param {Desk} desk
 * @param {Person} person
 * @param {Alarm} alarm
 * @param {{leave: () => void, pause: (on: boolean) => Promise<void>, password: () => void, blindSpots: () => void}} acts
 */
export function bar(desk, person, alarm, acts) {
  const shift = el("span", { class: "quiet shift" });
  const sound = press("", "plain small", () => {
    alarm.on = !alarm.on;
    void alarm.wake().then(show);
  });
  const pause = press("", "plain small", () => void acts.pause(!person.on_break).then(show));
  const other = page.languages.find((code) => code !== page.language) || "sq";
  const tongue = press(say("language_switch"), "plain small", () => {
    document.cookie = `lang=${other}; path=/; max-age=31536000; samesite=strict`;
    location.reload();
  });
  /** @type {HTMLDetailsElement} */
  const menu = el("details", { class: "menu" }, [
    el("summary", { text: person.alias }),
    el("div", { class: "menu-body" }, [
      el("p", { class: "quiet", text: say(`roles_${person.role}`) }),
      supervises(person) && press(say("blind_spots"), "plain small", () => {
        menu.open = false;
        acts.blindSpots();
      }),
      tongue,
      press(say("change_password"), "plain small", acts.password),
      press(say("sign_out"), "plain small", acts.leave),
    ]),
  ]);
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
  });
  const banners = el("div", { class: "banners" });
  const top = el("header", { class: "top" }, [
    el("h1", { class: "house", text: say("title_short") }),
    shift,
    el("span", { class: "fill" }),
    sound,
    pause,
    menu,
  ]);
  let told = "";

  function show() {
    shift.textContent = say("on_shift_count", { n: desk.shift.length });
    shift.title = desk.shift.join(", ");
    sound.textContent = say(alarm.on ? (alarm.ready ? "sound_on" : "sound_blocked") : "sound_off");
    sound.classList.toggle("warn", !alarm.ready);
    sound.setAttribute("aria-pressed", String(alarm.on));
    pause.textContent = say(person.on_break ? "end_break" : "start_break");
    pause.setAttribute("aria-pressed", String(person.on_break));
    const lines = problems();
    const now = JSON.stringify(lines);
    if (now === told) return;
    told = now;
    banners.replaceChildren(...lines.map(([look, text, title]) => el("p", { class: `banner ${look}`, role: "status", title, text })));
  }

  /** @returns {[look: string, text: string, title?: string][]} */
  function problems() {
    const { status } = desk;
    /** @type {[look: string, text: string, title?: string][]} */
    const lines = [];
    if (!desk.connected) lines.push(["bad", say("connection_lost")]);
    if (status.screening !== "ok") {
      const version = status.screening_version ? `${say("screening_version")} ${status.screening_version}` : "";
      lines.push(["bad", say(`screening_${status.screening}`), version]);
    }
    if (!status.bot) lines.push(["", say("degraded_bot")]);
    if (!status.bus) lines.push(["", say("degraded_bus")]);
    if (person.on_break) lines.push(["", say("on_break_now")]);
    if (status.draft_scripts > 0) lines.push(["faint", say("draft_scripts", { n: status.draft_scripts })]);
    return lines;
  }

  desk.listen(show);
  document.addEventListener("pointerdown", () => setTimeout(show, 200));
  show();
  return { top, banners };
}
