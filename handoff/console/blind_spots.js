/** The page of blind spots: a week's corrections, counted and listed, without the words of any message. */

/** @import {Findings, Spot} from "./types.js" */

import { blindSpots as ask } from "./api.js";
import { el, press } from "./elements.js";
import { category, channel, language, version } from "./labels.js";
import { day, hour } from "./times.js";
import { say } from "./words.js";

const KINDS = ["miss", "false_alarm", "near_miss"];

/**
 * The page, hidden until it is opened.
 * @param {{tell: (text: string) => void, back: () => void}} acts
 */
export function blindSpots(acts) {
  const heading = el("h2", { id: "blind-title", tabindex: "-1", text: say("blind_spots") });
  const which = el("span", { class: "which-week" });
  const body = el("div", { class: "blind-body" });
  /** @type {Findings | null} */
  let shown = null;
  const before = press("‹", "plain", () => void turn(shown && shown.before));
  const after = press("›", "plain", () => void turn(shown && shown.after));
  before.setAttribute("aria-label", say("week_before"));
  after.setAttribute("aria-label", say("week_after"));
  before.title = say("week_before");
  after.title = say("week_after");
  const place = el("main", { class: "blind-spots scrolls", "aria-labelledby": "blind-title" }, [
    el("div", { class: "blind-head" }, [
      heading,
      el("span", { class: "week-turn" }, [before, which, after]),
      el("span", { class: "fill" }),
      press(say("back_to_desk"), "plain", acts.back),
    ]),
    el("p", { class: "quiet", text: say("blind_spots_note") }),
    body,
  ]);
  place.hidden = true;

  /** @param {string | null} week the last that is over, without one */
  async function turn(week) {
    before.disabled = after.disabled = true;
    const answer = await ask(week);
    if (answer.ok) show(answer.data);
    else acts.tell(answer.message);
    before.disabled = !shown || !shown.before;
    after.disabled = !shown || !shown.after;
  }

  /** @param {Findings} findings */
  function show(findings) {
    shown = findings;
    which.textContent = say("blind_spots_week", {
      week: findings.week,
      first: day(`${findings.first_day}T12:00:00Z`),
      last: day(`${findings.last_day}T12:00:00Z`),
    });
    const found = findings.spots.length > 0;
    body.replaceChildren(
      findings.after ? "" : el("p", { class: "quiet", text: say("blind_spots_running") }),
      found ? counts(findings) : el("p", { class: "none", text: say("blind_spots_empty") }),
      found ? el("h3", { text: say("unknown_words") }) : "",
      found ? words(findings) : "",
      found ? table(findings.spots) : "",
      el("p", { class: "quiet small-print", text: say("blind_spots_no_text", { n: findings.shown_from }) }),
    );
  }

  function open() {
    place.hidden = false;
    body.replaceChildren();
    which.textContent = "";
    heading.focus();
    void turn(null);
  }

  function close() {
    place.hidden = true;
    // nothing of it stays in the page
    body.replaceChildren();
    shown = null;
  }

  return { place, open, close };
}

/** @param {Findings} findings */
function counts(findings) {
  return el("dl", { class: "blind-counts" }, KINDS.map((kind) => {
    const [n, of] = findings.counts[kind];
    const share = of ? Math.round((100 * n) / of) : 0;
    const name = kind === "false_alarm" ? "blind_spots_share_raised" : "blind_spots_share";
    return el("div", {}, [
      el("dt", { text: say(`spot_${kind}`) }),
      el("dd", {}, [el("strong", { text: String(n) }), el("span", { class: "quiet", text: say(name, { n, of, share }) })]),
    ]);
  }));
}

/** @param {Findings} findings */
function words(findings) {
  if (!findings.words.length) return el("p", { class: "quiet", text: say("unknown_words_none") });
  return el("ul", { class: "blind-words" }, findings.words.map(([word, n]) =>
    el("li", {}, [el("strong", { text: word }), el("span", { class: "quiet", text: ` ${say("unknown_word_count", { n })}` })]),
  ));
}

/** @param {Spot[]} spots */
function table(spots) {
  const names = ["spot_when", "conversation", "channel", "spot_levels", "categories", "language", "spot_reason", "unknown_words", "screening_version"];
  const head = el("tr", {}, names.map((name) => el("th", { scope: "col", text: say(name) })));
  const rows = spots.map((spot) =>
    el("tr", { class: `spot-${spot.kind}` }, cells(spot).map((text, place) => el("td", { "data-name": say(names[place]), text: text || "–" }))),
  );
  return el("table", { class: "blind-table" }, [el("thead", {}, [head]), el("tbody", {}, rows)]);
}

/** @param {Spot} spot */
function cells(spot) {
  return [
    `${day(spot.at)} ${hour(spot.at)}`,
    spot.code,
    channel(spot.channel),
    `${spot.program} → ${spot.person === null ? "–" : spot.person}`,
    spot.categories.map(category).join(", "),
    language(spot.language),
    `${say(`spot_${spot.kind}`)}: ${say(`spot_why_${spot.why}`)}`,
    spot.words.join(", "),
    version(spot.version || ""),
  ];
}
