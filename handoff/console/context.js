/** Why a conversation was raised: what the child said is quoted, what the program inferred is labelled. */

/** @import {Desk} from "./desk.js" */
/** @import {Entry, TranscriptData} from "./types.js" */

import { el, press } from "./elements.js";
import { category, language, levelName, levelShape, version } from "./labels.js";
import { day, hour } from "./times.js";
import { say, sayOr } from "./words.js";

/**
 * The column beside the transcript.
 * @param {Desk} desk
 * @param {{level: () => void, goTo: (id: number) => void}} acts
 */
export function context(desk, acts) {
  const body = el("div", { class: "scrolls context-body" });
  const column = el("section", { class: "column context", id: "context-column", "aria-label": say("context") }, [
    el("div", { class: "column-head" }, [el("h2", { text: say("why_raised") })]),
    body,
  ]);
  let shown = "";
  desk.listen(() => {
    const data = desk.current ? desk.transcripts.get(desk.current) : undefined;
    const now = data ? JSON.stringify([data, desk.isMine(data.conversation)]) : "";
    if (now === shown) return;
    shown = now;
    const place = body.scrollTop;
    body.replaceChildren(...(data ? found(data, desk.isMine(data.conversation)) : []));
    body.scrollTop = place;
  });

  /**
   * @param {TranscriptData} data
   * @param {boolean} mine
   */
  function found(data, mine) {
    const since = data.messages.filter((one) => one.id > data.mark);
    const raising = since.filter((one) => (one.level || 0) > 0 || (one.evidence || []).length > 0).reverse();
    const latest = data.messages.filter((one) => one.sender === "visitor").pop();
    const past = history(data);
    return [
      el("div", { class: "now" }, [
        el("p", { class: "now-level" }, [levelShape(data.level), el("strong", { text: levelName(data.level) })]),
        data.level_since && el("p", { class: "quiet", text: say("since_hour", { time: hour(data.level_since) }) }),
        mine && press(say("change_level"), "plain small", acts.level),
      ]),
      el("h3", { text: say("evidence") }),
      raising.length ? el("ul", { class: "raising" }, raising.map(reason)) : el("p", { class: "quiet", text: say("evidence_none") }),
      el("h3", { text: say("inferred") }),
      el("dl", { class: "inferred" }, [
        ...row(say("categories"), data.categories.map(category).join(", ")),
        ...row(say("about"), say(`about_${data.about}`)),
        ...row(say("speaker"), say(`speaker_${data.speaker}`)),
        ...row(say("age_said"), data.age === null ? "" : say("age_years", { n: data.age })),
        ...row(say("language"), latest && latest.language ? language(latest.language) : ""),
        ...row(say("screening_version"), latest && latest.version ? version(latest.version) : ""),
      ]),
      el("h3", { text: say("level_history") }),
      past.length ? el("ol", { class: "history" }, past) : el("p", { class: "quiet", text: say("level_history_none") }),
    ];
  }

  /** @param {Entry} entry */
  function reason(entry) {
    const evidence = entry.evidence || [];
    const level = entry.level || 0;
    const categories = (entry.categories || []).map(category).join(", ");
    const go = press(say("show_message", { time: hour(entry.at) }), "link", () => acts.goTo(entry.id));
    return el("li", {}, [
      el("p", { class: "reason-head", title: entry.version && `${say("screening_version")} ${version(entry.version)}` }, [
        levelShape(level),
        el("span", {}, [el("strong", { text: levelName(level) }), el("span", { text: categories })]),
      ]),
      ...evidence.map((one) =>
        el("span", { class: "reason-words" }, [
          el("q", { text: one.text }),
          el("span", { class: "quiet small-print", text: `${category(one.category)}, ${say(`source_${one.source}`)}` }),
        ]),
      ),
      evidence.length === 0 && el("span", { class: "quiet small-print", text: say("evidence_none") }),
      el("span", { class: "reason-foot" }, [go]),
      entry.version && el("details", { class: "reason-version quiet small-print" }, [
        el("summary", { text: say("screening_version") }),
        el("span", { text: version(entry.version) }),
      ]),
    ]);
  }

  return column;
}

/**
 * @param {string} name
 * @param {string} value
 */
function row(name, value) {
  return value ? [el("dt", { text: name }), el("dd", { text: value })] : [];
}

/** @param {TranscriptData} data */
function history(data) {
  return data.marks
    .filter((mark) => mark.level !== null && mark.from !== null && mark.level !== mark.from)
    .map((mark) => {
      const line = el("li", {
        title: mark.version && `${say("screening_version")} ${version(mark.version)}`,
        text: say("level_change", { to: mark.level, from: mark.from, time: hour(mark.at) }),
      });
      if (day(mark.at) !== day(new Date().toISOString())) line.append(` (${day(mark.at)})`);
      line.append(el("span", { class: "quiet", text: ` · ${mark.alias || say("by_program")}` }));
      if (mark.why) line.append(el("span", { class: "quiet", text: `, ${sayOr(`why_${mark.why}`, mark.why)}` }));
      if (mark.reason) line.append(" ", el("q", { text: mark.reason }));
      return line;
    });
}
