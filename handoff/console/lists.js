/** The columns of conversations: the queue, the watch list, and one's own. */

/** @import {Desk} from "./desk.js" */
/** @import {Held, Raised} from "./types.js" */

import { el, press, Rows } from "./elements.js";
import { category, channel, clock, codeMark, language, levelMark, unknownMark } from "./labels.js";
import { tick } from "./times.js";
import { say } from "./words.js";

/**
 * The queue with the watch list under it, and the column of one's own conversations.
 * @param {Desk} desk
 * @param {{open: (conversation: string) => void, next: () => void}} acts
 */
export function lists(desk, acts) {
  const queue = el("ul", { class: "rows", "aria-labelledby": "queue-title" });
  const watch = el("ul", { class: "rows", "aria-labelledby": "watch-title" });
  const mine = el("ul", { class: "rows", "aria-labelledby": "mine-title" });
  const next = press(say("next"), "main next", acts.next);
  next.title = "Alt+T";
  const counts = { queue: el("span", { class: "count" }), watch: el("span", { class: "count" }) };
  const empties = {
    queue: el("p", { class: "quiet empty", text: say("queue_empty") }),
    watch: el("p", { class: "quiet empty", text: say("watch_list_empty") }),
    mine: el("p", { class: "quiet empty", text: say("my_conversations_empty") }),
  };
  const waiting = el("section", { class: "column waiting", id: "queue-column" }, [
    el("div", { class: "column-head" }, [
      el("h2", { id: "queue-title" }, [say("queue"), " ", counts.queue]),
      next,
    ]),
    el("div", { class: "scrolls" }, [
      empties.queue,
      queue,
      el("h2", { id: "watch-title", class: "second" }, [say("watch_list"), " ", counts.watch]),
      empties.watch,
      watch,
    ]),
  ]);
  const own = el("section", { class: "column own", id: "mine-column" }, [
    el("div", { class: "column-head" }, [el("h2", { id: "mine-title", text: say("my_conversations") })]),
    el("div", { class: "scrolls" }, [empties.mine, mine]),
  ]);

  const key = (/** @type {{conversation: string}} */ item) => item.conversation;
  const queueRows = new Rows(queue, key, (/** @type {Raised} */ item) => raisedRow(item, "waiting_since"));
  const watchRows = new Rows(watch, key, (/** @type {Raised} */ item) => raisedRow(item, "watch_since"));
  const mineRows = new Rows(mine, key, heldRow);

  /**
   * @param {Raised} item
   * @param {"waiting_since" | "watch_since"} since
   */
  function raisedRow(item, since) {
    const quoted = item.words.slice(0, 3).map((words) => el("q", { text: words }));
    const label = item.lane === "wish" && item.level < 2 ? say("lane_wish") : item.categories.slice(0, 1).map(category).join("");
    const unscreened = item.lane === "unscreened" && item.level < 3;
    const what = unscreened ? say("lane_unscreened") : label || say("lane_wish");
    const row = el("button", { type: "button", class: "row-button" }, [
      el("span", { class: "row-top" }, [
        unscreened ? unknownMark() : levelMark(item.level),
        el("span", { class: "what", text: what }),
        clock(item[since], item.level, say("waiting_time")),
      ]),
      quoted.length > 0 && el("span", { class: "quotes" }, quoted),
      el("span", { class: "row-foot quiet" }, [
        codeMark(item, null),
        el("span", { text: channel(item.channel) }),
        item.language && item.language !== "sq" && el("span", { text: language(item.language) }),
        item.about === "other" && el("span", { text: say("about_other") }),
        item.speaker === "adult" && el("span", { text: say("speaker_adult") }),
        item.gone && el("span", { class: "warn", text: say("visitor_gone_short") }),
      ]),
    ]);
    row.addEventListener("click", () => acts.open(item.conversation));
    const chosen = desk.current === item.conversation;
    if (chosen) row.setAttribute("aria-current", "true");
    return el("li", { class: `row level-row-${item.level}${chosen ? " chosen" : ""}` }, [row]);
  }

  /** @param {Held} item */
  function heldRow(item) {
    const chosen = desk.current === item.conversation;
    const unread = chosen ? 0 : desk.unread.get(item.conversation) || 0;
    const draft = desk.drafts.get(item.conversation);
    const row = el("button", { type: "button", class: "row-button" }, [
      el("span", { class: "row-top" }, [
        codeMark(item, desk.edge(item.conversation)),
        levelMark(item.level),
        unread > 0 && el("span", { class: "unread", title: say("unread", { n: unread }), text: String(unread) }),
      ]),
      el("span", { class: "last", text: desk.lastWords(item.conversation).slice(0, 80) }),
      el("span", { class: "row-foot quiet" }, [
        el("span", { text: channel(item.channel) }),
        desk.typing.has(item.conversation) && el("span", { class: "live", text: say("visitor_typing") }),
        Boolean(draft && draft.text && !chosen) && el("span", { class: "warn", text: say("draft") }),
        item.gone && el("span", { class: "warn", text: say("visitor_gone_short") }),
      ]),
    ]);
    row.addEventListener("click", () => acts.open(item.conversation));
    if (chosen) row.setAttribute("aria-current", "true");
    return el("li", { class: `row edge-${desk.edge(item.conversation)}${chosen ? " chosen" : ""}` }, [row]);
  }

  desk.listen(() => {
    const isChosen = (/** @type {Raised} */ item) => item.conversation === desk.current;
    queueRows.update(desk.queue, isChosen);
    watchRows.update(desk.watch, isChosen);
    mineRows.update(desk.mine, (item) => [
      item.conversation === desk.current,
      desk.unread.get(item.conversation),
      desk.lastWords(item.conversation).slice(0, 80),
      desk.typing.has(item.conversation),
      Boolean(desk.drafts.get(item.conversation)?.text),
    ]);
    counts.queue.textContent = desk.queue.length ? String(desk.queue.length) : "";
    counts.watch.textContent = desk.watch.length ? String(desk.watch.length) : "";
    empties.queue.hidden = desk.queue.length > 0;
    empties.watch.hidden = desk.watch.length > 0;
    empties.mine.hidden = desk.mine.length > 0;
    next.disabled = desk.queue.length === 0;
    tick();
  });
  return { waiting, own };
}
