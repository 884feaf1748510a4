/** The open conversation: what was said, with the words that speak for a risk marked exactly. */

/** @import {Desk} from "./desk.js" */
/** @import {Entry, Mark, TranscriptData} from "./types.js" */

import { el, press, Rows } from "./elements.js";
import { pieces } from "./evidence.js";
import { category, channel, codeMark, levelMark, levelName, senderName } from "./labels.js";
import { day, hour } from "./times.js";
import { say, sayOr } from "./words.js";

const NEAR_END = 80;

/**
 * The column of the open conversation.
 * @param {Desk} desk
 * @param {HTMLElement} reply the box under the transcript
 * @param {{claim: () => void, close: () => void, seen: (id: number) => void, back: () => void}} acts
 */
export function transcript(desk, reply, acts) {
  const nothing = el("p", { class: "quiet nothing", text: say("nothing_selected") });
  const head = el("div", { class: "talk-head" });
  const facts = el("div", { class: "facts" });
  const log = el("div", { class: "log", role: "log", "aria-label": say("conversation") });
  const typing = el("p", { class: "quiet typing" });
  const newer = press("", "newer", () => toEnd());
  newer.hidden = true;
  const scroller = el("div", { class: "scrolls talk", tabindex: "0" }, [log]);
  const column = el("section", { class: "column conversation", id: "talk-column", "aria-label": say("conversation") }, [
    nothing,
    head,
    facts,
    scroller,
    typing,
    newer,
    reply,
  ]);
  const rows = new Rows(log, lineKey, show);
  let shown = "";
  let atEnd = true;

  scroller.addEventListener("scroll", () => {
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
    if (atEnd) {
      newer.hidden = true;
      read();
    }
  });
  // a keyboard that comes up, a window that changes its size: who was at the end stays there
  new ResizeObserver(() => {
    if (atEnd) toEnd();
  }).observe(scroller);
  document.addEventListener("visibilitychange", read);
  window.addEventListener("focus", read);

  function toEnd() {
    scroller.scrollTop = scroller.scrollHeight;
  }

  /** What is on the screen of somebody who looks at it has been read. */
  function read() {
    const data = desk.current ? desk.transcripts.get(desk.current) : undefined;
    if (!data || !atEnd || document.visibilityState !== "visible" || !desk.isMine(data.conversation)) return;
    const last = data.messages.filter((one) => one.sender === "visitor").pop();
    if (last && last.id > data.seen) acts.seen(last.id);
  }

  desk.listen(() => {
    const data = desk.current ? desk.transcripts.get(desk.current) : undefined;
    column.classList.toggle("vacant", !data);
    nothing.hidden = Boolean(data);
    head.hidden = facts.hidden = scroller.hidden = typing.hidden = !data;
    if (!data) {
      // nor is it anybody's colour any more
      column.className = "column conversation vacant";
      shown = "";
      newer.hidden = true;
      rows.update([]);
      return;
    }
    const switched = shown !== data.conversation;
    const last = data.messages.length ? data.messages[data.messages.length - 1] : null;
    const before = log.lastElementChild;
    shown = data.conversation;
    showHead(data);
    showFacts(data);
    rows.update(lines(data), () => data.seen_by_visitor);
    if (switched || atEnd) {
      atEnd = true;
      toEnd();
      newer.hidden = true;
      read();
    } else if (last && last.sender === "visitor" && before !== log.lastElementChild) {
      newer.textContent = say("newer_below");
      newer.hidden = false;
    }
  });

  /** @param {TranscriptData} data */
  function showHead(data) {
    const mine = desk.isMine(data.conversation);
    const claimable = !mine && (data.state === "waiting" || (data.state === "bot" && data.level >= 2));
    const edge = mine ? desk.edge(data.conversation) : null;
    column.className = `column conversation${edge === null ? "" : ` edge-${edge}`}`;
    const back = press("‹", "plain back", acts.back);
    back.setAttribute("aria-label", say("queue"));
    const close = press(say("close"), "plain", acts.close);
    close.title = "Alt+M";
    head.replaceChildren(
      back,
      codeMark(data, edge),
      levelMark(data.level),
      el("span", { class: "quiet where", text: [channel(data.channel), say(mine ? "state_mine" : `state_${data.state}`)].join(" · ") }),
      el("span", { class: "fill" }),
      claimable ? press(say("claim"), "main", acts.claim) : "",
      mine ? close : "",
    );
  }

  /** @param {TranscriptData} data */
  function showFacts(data) {
    const found = [];
    const other = data.state === "counsellor" && !desk.isMine(data.conversation);
    if (other && data.counsellor) found.push(say("held_by", { alias: data.counsellor }));
    if (data.not_so) found.push(say("visitor_not_so"));
    if (data.gone && data.erase_due) found.push(say("visitor_erased", { date: day(data.erase_due) }));
    else if (data.gone) found.push(say("visitor_gone"));
    facts.replaceChildren(...found.map((text) => el("p", { class: "fact", text })));
    typing.textContent = desk.typing.has(data.conversation) ? say("visitor_typing") : "";
  }

  /** @param {Line} line */
  function show(line) {
    if ("mark" in line) return markLine(line.mark);
    return messageLine(line.entry, desk);
  }

  return { column, toEnd };
}

/** @typedef {{entry: Entry, at: string} | {mark: Mark, at: string, place: number}} Line */

/** @param {Line} line */
const lineKey = (line) => ("entry" in line ? `m${line.entry.id}` : `k${line.place}`);

/**
 * Messages and what happened between them, in the order of time.
 * @param {TranscriptData} data
 * @returns {Line[]}
 */
function lines(data) {
  /** @type {Line[]} */
  const all = data.messages.map((entry) => ({ entry, at: entry.at }));
  data.marks.forEach((mark, place) => {
    if (mark.kind === "raised" || (mark.kind === "waiting" && mark.lane !== "unscreened")) return;
    // what happened stands before the line that told the child of it
    let before = all.findIndex((line) => line.at >= mark.at);
    if (before < 0) before = all.length;
    all.splice(before, 0, { mark, at: mark.at, place });
  });
  return all;
}

/** @param {Mark} mark */
function markLine(mark) {
  const parts = [hour(mark.at)];
  if (mark.kind === "claimed") parts.push(say("bot_silent", { alias: mark.alias }));
  else if (mark.kind === "closed") parts.push(say("handed_back"), say(`outcome_${mark.outcome}`));
  else if (mark.kind === "released") parts.push(say("released", { alias: mark.alias }));
  else if (mark.kind === "waiting") parts.push(say("mark_unscreened"));
  else if (mark.kind === "level_set") parts.push(say("mark_level_set", { alias: mark.alias }));
  else parts.push(sayOr(`mark_${mark.kind}`, mark.kind));
  if (mark.from !== null && mark.level !== null && mark.from !== mark.level) {
    parts.push(say("level_change_short", { to: mark.level, from: mark.from }));
  }
  const line = el("p", { class: "mark-line quiet", text: parts.join(" · ") });
  if (mark.reason) line.append(" ", el("q", { text: mark.reason }));
  return line;
}

/**
 * @param {Entry} entry
 * @param {Desk} desk
 */
function messageLine(entry, desk) {
  const own = entry.sender === "counsellor";
  const data = desk.current ? desk.transcripts.get(desk.current) : undefined;
  const seen = own && data && data.seen_by_visitor >= entry.id;
  const level = entry.level || 0;
  const meta = el("span", { class: "meta quiet" }, [
    el("span", { class: "who", text: senderName(entry, levelThen(data, entry)) }),
    el("time", { datetime: entry.at, text: hour(entry.at) }),
    entry.pressed && el("span", { text: say("pressed_button") }),
    entry.version === "none" && el("span", { class: "warn", text: say("lane_unscreened") }),
    own && el("span", { text: say(seen ? "visitor_seen" : "visitor_kept") }),
    entry.withdrawn && el("span", { class: "warn", text: say("never_carried") }),
  ]);
  const body = entry.kind === "article" ? article(entry) : el("p", { class: "words" }, marked(entry));
  const chip = level > 0 && el("span", { class: "chip" }, [
    levelMark(level),
    el("span", { text: (entry.categories || []).slice(0, 2).map(category).join(", ") }),
  ]);
  return el("div", { class: `said by-${entry.sender} kind-${entry.kind}`, id: `said-${entry.id}` }, [
    meta,
    el("div", { class: "bubble" }, [body]),
    chip,
  ]);
}

/**
 * The level that the conversation had when this was said.
 * @param {TranscriptData | undefined} data
 * @param {Entry} entry
 */
function levelThen(data, entry) {
  const before = data ? data.messages.filter((one) => one.id < entry.id && one.level_after !== undefined).pop() : undefined;
  return (before && before.level_after) || 0;
}

/** @param {Entry} entry */
function article(entry) {
  return el("details", {}, [
    el("summary", { text: `${say("article_shown")} · ${entry.title || entry.text.split("\n")[0]}` }),
    el("p", { class: "words", text: entry.text }),
  ]);
}

/** @param {Entry} entry */
function marked(entry) {
  return pieces(entry.text, entry.evidence || []).map((piece) => {
    if (!piece.evidence.length) return document.createTextNode(piece.text);
    const why = piece.evidence.map((one) => `${category(one.category)}, ${say(`source_${one.source}`)}`);
    const title = `${say("inferred")}: ${Array.from(new Set(why)).join("; ")} · ${levelName(entry.level || 0)}`;
    const sources = Array.from(new Set(piece.evidence.map((one) => `from-${one.source}`))).join(" ");
    return el("mark", { class: `level-mark-${entry.level || 0} ${sources}`, title, text: piece.text });
  });
}
