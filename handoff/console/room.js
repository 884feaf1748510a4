/** The console itself: columns, the feed, and what happens when a counsellor does something. */

/** @import {NewsItem, Person} from "./types.js" */

import { Alarm } from "./alarm.js";
import { post, transcript as ask } from "./api.js";
import { bar } from "./bar.js";
import { blindSpots } from "./blind_spots.js";
import { Connection } from "./connection.js";
import { context } from "./context.js";
import { Desk } from "./desk.js";
import { askLevel } from "./dialogs.js";
import { el, press } from "./elements.js";
import { supervises } from "./labels.js";
import { lists } from "./lists.js";
import { reply } from "./reply.js";
import { setClock, tick } from "./times.js";
import { transcript } from "./transcript.js";
import { say } from "./words.js";

const TYPING_SHOWN = 6_000;
const NOTICE_SHOWN = 9_000;

/** @param {string} text */
export function tell(text) {
  const notices = document.getElementById("notices");
  const notice = el("p", { class: "notice", text });
  notices?.append(notice);
  setTimeout(() => notice.remove(), NOTICE_SHOWN);
}

/**
 * The whole console for a person who has signed in.
 * @param {HTMLElement} app
 * @param {Person} person
 * @param {{left: () => void, password: () => void}} ways
 */
export function room(app, person, ways) {
  const desk = new Desk();
  const alarm = new Alarm();
  /** @type {Map<string, number>} */
  const seenSent = new Map();
  /** What was read over this connection; the feed brings only what comes after that. */
  const loaded = new Set();
  let wasDown = false;

  const connection = new Connection(hears, (up) => {
    desk.connected = up;
    if (up && wasDown) tell(say("connection_back"));
    wasDown = wasDown || !up;
    desk.changed();
  });

  const { waiting, own } = lists(desk, { open, next });
  const box = reply(desk, { tell });
  const talk = transcript(desk, box.form, { claim, close, seen, back: () => showTab("queue") });
  const why = context(desk, { level: setLevel, goTo });
  const { top, banners } = bar(desk, person, alarm, { leave, pause, password: ways.password, blindSpots: () => turnTo(true) });
  const tabs = el("nav", { class: "tabs" });
  const columns = el("main", { class: "columns" }, [waiting, own, talk.column, why]);
  const blind = blindSpots({ tell, back: () => turnTo(false) });
  app.replaceChildren(top, banners, columns, tabs, blind.place);
  /** @type {Record<string, HTMLButtonElement>} */
  const tabButtons = {};
  for (const [name, label] of [["queue", "queue"], ["mine", "my_conversations"], ["talk", "conversation"], ["context", "context"]]) {
    tabButtons[name] = press(say(label), "tab", () => showTab(name));
    tabs.append(tabButtons[name]);
  }
  showTab("queue");

  /** @param {string} name */
  function showTab(name) {
    columns.dataset.tab = name;
    for (const [known, button] of Object.entries(tabButtons)) {
      if (known === name) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    if (name === "talk") talk.toEnd();
  }

  /** @param {boolean} page the page of blind spots instead of the desk */
  function turnTo(page) {
    columns.hidden = tabs.hidden = page;
    if (page) blind.open();
    else blind.close();
  }

  /** @param {any} frame a frame of the feed */
  function hears(frame) {
    if (frame.type === "welcome") {
      setClock(frame.now);
      person.on_break = frame.person.on_break;
      loaded.clear();
      follow();
    } else if (frame.type === "queue") {
      desk.queue = frame.items;
      alarm.heard(frame.items);
    } else if (frame.type === "watch") desk.watch = frame.items;
    else if (frame.type === "mine") {
      desk.setMine(frame.items);
      for (const { conversation } of frame.items) {
        if (!loaded.has(conversation)) void load(conversation);
        loaded.add(conversation);
      }
    } else if (frame.type === "shift") desk.shift = frame.aliases;
    else if (frame.type === "status") {
      desk.status = frame;
      alarm.screens(frame.screening, supervises(person));
    }
    else if (frame.type === "messages") frame.items.forEach(news);
    else if (frame.type === "typing") typing(frame.conversation);
    else if (frame.type === "erased") erased(frame.conversation);
    else if (frame.type === "notice") tell(say(frame.code));
    desk.changed();
  }

  /** @param {NewsItem} item */
  function news(item) {
    const before = desk.transcripts.get(item.conversation)?.level;
    desk.addNews(item);
    // why the level has changed stands in what happened, which the feed does not bring
    const readable = item.state === "waiting" || (item.state === "counsellor" && (item.counsellor === person.alias || supervises(person)));
    if (before !== undefined && before !== item.level && readable) void load(item.conversation);
  }

  desk.listen(() => {
    let unread = 0;
    for (const held of desk.mine) if (held.conversation !== desk.current) unread += desk.unread.get(held.conversation) || 0;
    alarm.count(unread);
    tabButtons.queue.textContent = `${say("queue")}${desk.queue.length ? ` · ${desk.queue.length}` : ""}`;
    tabButtons.mine.textContent = `${say("mine_short")}${unread ? ` · ${unread}` : ""}`;
  });
  const clocks = setInterval(tick, 500);

  /** @param {string} conversation */
  function typing(conversation) {
    const until = Date.now() + TYPING_SHOWN;
    desk.typing.set(conversation, until);
    setTimeout(() => {
      if (desk.typing.get(conversation) === until) desk.typing.delete(conversation);
      desk.changed();
    }, TYPING_SHOWN);
  }

  /** @param {string} conversation */
  function erased(conversation) {
    if (desk.current === conversation) {
      desk.current = null;
      tell(say("erased_for_good"));
    }
    desk.drafts.delete(conversation);
    desk.forget(conversation);
  }

  /**
   * Read a whole conversation; what the feed brings meanwhile is merged.
   * @param {string} conversation
   */
  async function load(conversation) {
    const answer = await ask(conversation);
    if (answer.ok) {
      desk.setTranscript(answer.data);
      return true;
    }
    if (desk.current === conversation && answer.status !== 0) {
      desk.current = null;
      desk.forget(conversation);
      desk.changed();
    }
    if (desk.current === conversation || !desk.isMine(conversation)) tell(answer.message);
    return false;
  }

  function follow() {
    const data = desk.current ? desk.transcripts.get(desk.current) : undefined;
    const last = data && data.messages.length ? data.messages[data.messages.length - 1].id : 0;
    connection.send({ type: "open", conversation: desk.current, after: last });
  }

  /** @param {string} conversation */
  async function open(conversation) {
    const before = desk.current;
    if (before !== conversation) desk.switchedAt = Date.now();
    desk.current = conversation;
    desk.unread.set(conversation, 0);
    if (before && before !== conversation && !desk.isMine(before)) desk.forget(before);
    showTab("talk");
    desk.changed();
    if (desk.transcripts.has(conversation) || (await load(conversation))) {
      if (desk.current !== conversation) return;
      follow();
      if (desk.isMine(conversation) && matchMedia("(pointer: fine)").matches) box.focus();
    }
  }

  async function claim() {
    const wanted = desk.current;
    if (!wanted) return;
    const answer = await post("/api/claim", { conversation: wanted });
    if (answer.ok) {
      await taken(wanted);
      return;
    }
    tell(answer.message);
    if (answer.status !== 409 || desk.current !== wanted) return;
    // somebody else has it, or nobody needs to: there is nothing here to read any more
    desk.current = null;
    desk.forget(wanted);
    follow();
    showTab("queue");
    desk.changed();
  }

  async function next() {
    const answer = await post("/api/next", {});
    if (answer.ok) await taken(answer.data.conversation);
    else tell(answer.message);
  }

  /** @param {string} conversation */
  async function taken(conversation) {
    desk.queue = desk.queue.filter((item) => item.conversation !== conversation);
    desk.watch = desk.watch.filter((item) => item.conversation !== conversation);
    await load(conversation);
    const data = desk.transcripts.get(conversation);
    if (data && !desk.isMine(conversation)) {
      desk.setMine([...desk.mine, { ...data, unread: 0, seen: data.seen, last_id: data.last_id }]);
    }
    await open(conversation);
    // a child just claimed cannot be mistaken for another
    desk.switchedAt = 0;
    setTimeout(() => box.focus(), 50);
  }

  function close() {
    const data = desk.current ? desk.transcripts.get(desk.current) : undefined;
    if (!data || !desk.isMine(data.conversation)) return;
    askLevel({
      title: say("close_title"),
      note: say("close_note"),
      code: data.code,
      before: data.level,
      chosen: 0,
      confirm: say("close_confirm"),
      outcomes: true,
      act: async (given) => {
        const answer = await post("/api/close", { conversation: data.conversation, ...given });
        if (!answer.ok) return answer.message;
        desk.drafts.delete(data.conversation);
        desk.mine = desk.mine.filter((held) => held.conversation !== data.conversation);
        desk.current = null;
        desk.forget(data.conversation);
        follow();
        showTab(desk.mine.length ? "mine" : "queue");
        tell(`${data.code} · ${say("closed_now")}`);
        desk.changed();
        return "";
      },
    });
  }

  function setLevel() {
    const data = desk.current ? desk.transcripts.get(desk.current) : undefined;
    if (!data) return;
    askLevel({
      title: say("change_level"),
      note: "",
      code: data.code,
      before: data.level,
      chosen: data.level,
      confirm: say("change_level"),
      outcomes: false,
      act: async ({ level, reason }) => {
        const answer = await post("/api/level", { conversation: data.conversation, level, reason });
        if (!answer.ok) return answer.message;
        await load(data.conversation);
        return "";
      },
    });
  }

  /** @param {number} id */
  function seen(id) {
    const conversation = desk.current;
    if (!conversation || (seenSent.get(conversation) || 0) >= id) return;
    seenSent.set(conversation, id);
    desk.unread.set(conversation, 0);
    const data = desk.transcripts.get(conversation);
    if (data) data.seen = Math.max(data.seen, id);
    void post("/api/seen", { conversation, id }).then((answer) => {
      if (!answer.ok) seenSent.delete(conversation);
    });
  }

  /** @param {number} id */
  function goTo(id) {
    showTab("talk");
    const said = document.getElementById(`said-${id}`);
    if (!said) return;
    said.scrollIntoView({ block: "center" });
    said.classList.add("pointed");
    setTimeout(() => said.classList.remove("pointed"), 2_000);
  }

  /** @param {boolean} on */
  async function pause(on) {
    const answer = await post("/api/break", { on });
    if (answer.ok) person.on_break = answer.data.person.on_break;
    else tell(answer.message);
    desk.changed();
  }

  async function leave() {
    const answer = await post("/api/sign-out", {});
    if (!answer.ok && answer.status !== 401) {
      tell(answer.message);
      return;
    }
    end();
    ways.left();
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (columns.hidden || !event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const number = Number(event.code.replace("Digit", ""));
    if (event.code.startsWith("Digit") && number >= 1 && number <= desk.mine.length) void open(desk.mine[number - 1].conversation);
    else if (event.code === "KeyT") void next();
    else if (event.code === "KeyP") box.focus();
    else if (event.code === "KeyM") close();
    else return;
    event.preventDefault();
  }
  document.addEventListener("keydown", key);

  /** @param {BeforeUnloadEvent} event */
  function unsent(event) {
    for (const draft of desk.drafts.values()) if (draft.text.trim()) event.preventDefault();
  }
  window.addEventListener("beforeunload", unsent);

  function end() {
    connection.end();
    alarm.end();
    clearInterval(clocks);
    document.removeEventListener("keydown", key);
    window.removeEventListener("beforeunload", unsent);
  }

  connection.open();
  return end;
}
