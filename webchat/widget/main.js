/** The chat page: wires what the tab remembers, the line to the house and what is on the screen. */

import { part } from "./dom.js";
import { freshId } from "./frames.js";
import { openShelf, Session } from "./session.js";
import { Line } from "./socket.js";
import { Words } from "./words.js";
import { Transcript } from "./transcript.js";
import { composer } from "./composer.js";
import { noticeBoard, pinnedNumbers, waitingCard } from "./status.js";
import { eraseSheet, letterSize, theme, visibleHeight } from "./foot.js";
import { frameAround, leaveQuickly, threePresses } from "./around.js";

/** @import {Kept, ErrorFrame, Message, PageData, ServerFrame, StateFrame, Welcome} from "./types.js" */

const TYPING_STAYS = 6000;
const DETAILS_WITHIN = 400;
const LOOK_AT_CLOCK_EACH = 30000;
/** What the line repeats by itself is told in the page's words: nothing is left for the visitor to do. */
const OWN_WORDS = /** @type {Record<string, string>} */ ({
  rate_limited: "rate_wait",
  not_kept: "not_kept_yet",
  not_ready: "not_kept_yet",
  full: "not_kept_yet",
});

/** @type {PageData} */
const data = JSON.parse(part("page-data", HTMLScriptElement).textContent || "{}");
const root = document.documentElement;
const words = new Words(data);
const session = new Session(
  openShelf(() => window.sessionStorage),
  Date.now,
  data.idle_minutes || 30,
);
const notice = noticeBoard(part("notice", HTMLElement), words);
const speaker = part("speaker", HTMLElement);
const typingLine = part("typing", HTMLElement);
const welcomeWords = part("empty", HTMLElement);
const ending = part("ending", HTMLElement);
const endingWords = part("ending-words", HTMLElement);
const startNew = part("start-new", HTMLElement);
const numbers = part("numbers", HTMLElement);
const field = part("field", HTMLTextAreaElement);

/** @type {StateFrame} */
let state = { type: "state", state: "bot" };
let urgent = false;
/** @type {ReturnType<typeof setTimeout>} */
let typingTimer;
/** @type {ReturnType<typeof setTimeout>} */
let detailsTimer;

/** @type {Line} */
let line;

const transcript = new Transcript({
  scroller: part("scroller", HTMLElement),
  log: part("log", HTMLElement),
  newer: part("newer", HTMLElement),
  words,
  now: Date.now,
  wishes: {
    press(tapped) {
      const client_id = newId();
      wrote(client_id, tapped.title);
      line.press({ client_id, payload: tapped.payload, text: tapped.title });
    },
    retry(entry) {
      transcript.drop(entry.clientId || "");
      say(entry.text);
    },
    discard: (entry) => transcript.drop(entry.clientId || ""),
    looked: () => reportSeen(),
  },
});

const waiting = waitingCard({
  card: part("waiting", HTMLElement),
  place: part("place", HTMLElement),
  acts: part("acts", HTMLElement),
  words,
  leave: () => line.leave(),
});

const compose = composer({
  form: part("composer", HTMLFormElement),
  field,
  counter: part("counter", HTMLElement),
  words,
  session,
  send: say,
  typing() {
    if (state.state === "waiting" || state.state === "counsellor") line.typing();
  },
});

const sheet = eraseSheet({
  sheet: part("erase-sheet", HTMLElement),
  opener: part("erase", HTMLElement),
  yes: part("erase-yes", HTMLElement),
  no: part("erase-no", HTMLElement),
  erase() {
    line.erase();
    wipe(words.say("erase_waiting"), false);
  },
});

const around = frameAround({
  window,
  origins: data.embed_origins,
  hear(wish) {
    if (wish === "opened") {
      // On a touch screen this would call up the keyboard over what there is to read.
      if (window.matchMedia("(pointer: fine)").matches) field.focus();
      transcript.look();
    } else if (wish === "leave") leave();
  },
});

function newId() {
  return freshId((bytes) => crypto.getRandomValues(bytes));
}

/** @param {string} text */
function say(text) {
  const client_id = newId();
  wrote(client_id, text);
  line.say({ client_id, text });
}

/**
 * @param {string} client_id
 * @param {string} text
 */
function wrote(client_id, text) {
  session.touch();
  welcomeWords.hidden = true;
  transcript.write(client_id, text);
}

function reportSeen() {
  const { lastId } = transcript.history;
  if (around.open && transcript.atEnd && lastId) line.seen(lastId);
}

function leave() {
  leaveQuickly({
    window,
    url: data.exit_url || "about:blank",
    framed: around.framed,
    forget() {
      line.stop();
      session.forget();
    },
  });
}

/** @param {ServerFrame} frame */
function hear(frame) {
  if (frame.type === "welcome") welcomed(frame);
  else if (frame.type === "message") said(frame);
  else if (frame.type === "kept") kept(frame);
  else if (frame.type === "seen") transcript.seen(frame.id);
  else if (frame.type === "typing") typing(frame.sender);
  else if (frame.type === "state") showState(frame);
  else if (frame.type === "error") notice.trouble(faultWords(frame));
  else if (frame.type === "erased") erased(frame.days || 0);
}

/** @param {Welcome} frame */
function welcomed(frame) {
  if (session.erasing) return;
  if (frame.numbers) words.numbers = { ...words.numbers, ...frame.numbers };
  session.touch();
  if (transcript.history.lastId) frame.messages.forEach(said);
  else transcript.fill(frame.messages);
  // What goes with the state comes in a frame of its own; until then nothing less exact is shown.
  const bare = /** @type {StateFrame} */ ({ type: "state", state: frame.state });
  if (frame.state === "bot" || frame.state === "closed") showState(bare);
  else if (frame.state !== state.state) detailsTimer = setTimeout(() => showState(bare), DETAILS_WITHIN);
  welcomeWords.hidden = transcript.history.entries.length > 0;
}

/** @param {Kept} frame */
function kept(frame) {
  transcript.kept(frame);
  notice.relieved();
}

/** @param {Message} message */
function said(message) {
  if (session.erasing) return;
  session.touch();
  typing(null);
  welcomeWords.hidden = true;
  if (transcript.add(message) && message.sender !== "visitor") around.unread();
}

/**
 * Who is writing now; null when nobody is.
 * @param {string | null} sender
 */
function typing(sender) {
  clearTimeout(typingTimer);
  typingLine.hidden = sender !== "bot" && sender !== "counsellor";
  if (typingLine.hidden) return;
  typingLine.textContent = words.say(`typing_${sender}`, { alias: state.counsellor || words.say("header_name") });
  if (transcript.atEnd) transcript.toEnd();
  typingTimer = setTimeout(() => typing(null), TYPING_STAYS);
}

/** @param {StateFrame} frame */
function showState(frame) {
  state = frame;
  clearTimeout(detailsTimer);
  urgent = (frame.state === "waiting" && urgent) || (frame.state !== "counsellor" && Boolean(frame.level_high));
  root.setAttribute("data-state", frame.state);
  speaker.textContent = words.say(frame.counsellor ? "header_counsellor" : `header_${frame.state}`, {
    alias: frame.counsellor || words.say("header_name"),
  });
  numbers.hidden = !urgent;
  root.toggleAttribute("data-urgent", urgent);
  waiting.show(urgent ? { ...frame, level_high: true } : frame);
  if (frame.state === "counsellor") transcript.unoffer();
  if (frame.state === "closed") showEnding(words.say("closed"), true);
  else hideEnding();
  transcript.settle();
}

/** @param {ErrorFrame} error */
function faultWords(error) {
  const own = OWN_WORDS[error.code];
  if (!own) return error.message;
  return words.say(words.has(own) ? own : "slow");
}

/** @param {number} days */
function erased(days) {
  wipe(days ? words.say("erased_kept", { n: days }) : words.say("erased"), true);
}

/**
 * Nothing of the talk is left on this screen.
 * @param {string} text what that means
 * @param {boolean} over
 */
function wipe(text, over) {
  transcript.clear();
  compose.clear();
  typing(null);
  notice.hush();
  showState({ type: "state", state: "closed" });
  showEnding(text, over);
  endingWords.focus();
}

/**
 * @param {string} text
 * @param {boolean} over whether another talk may begin
 */
function showEnding(text, over) {
  welcomeWords.hidden = true;
  root.setAttribute("data-over", "");
  endingWords.textContent = text;
  startNew.hidden = !over;
  ending.hidden = false;
}

function hideEnding() {
  root.removeAttribute("data-over");
  ending.hidden = true;
}

/** A new line, with what the tab remembers of the talk before. */
function begin() {
  transcript.clear();
  showState({ type: "state", state: "bot" });
  line = new Line({
    open: () => new WebSocket(new URL(data.socket, location.href.replace(/^http/, "ws")).href),
    session,
    clock: {
      now: Date.now,
      after(ms, run) {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    },
    random: Math.random,
    locale: data.locale || "sq",
    ears: {
      frame: hear,
      link(link) {
        if (link === "lost") typing(null);
        notice.link(link);
      },
      restarted() {
        transcript.clear();
        writeUnkept();
      },
      refused(entry, error) {
        if (error.code === "stale_button") transcript.drop(entry.client_id);
        else transcript.refuse(entry.client_id);
      },
    },
  });
  if (session.erasing) wipe(words.say("erase_waiting"), false);
  writeUnkept();
  compose.restore();
  notice.link("connecting");
  line.start();
}

function writeUnkept() {
  session.unkept.forEach(({ client_id, text }) => transcript.write(client_id, text));
}

/** Whoever comes to this screen after half an hour must not find the talk of somebody else. */
function forgetWhenIdle() {
  if (!session.idle || state.state === "waiting" || state.state === "counsellor" || session.erasing) return;
  session.forget();
  line.stop();
  begin();
  notice.word(words.say("idle_ended"));
}

const pressedThrice = threePresses();
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (pressedThrice(event.timeStamp)) leave();
  else if (sheet.open) sheet.close();
  else around.close();
});
part("exit", HTMLElement).addEventListener("click", leave);
part("shut", HTMLElement).addEventListener("click", around.close);
part("shut", HTMLElement).hidden = !around.framed;
startNew.addEventListener("click", () => {
  session.forget();
  line.stop();
  begin();
  field.focus();
});
window.addEventListener("online", () => line.hurry());
window.addEventListener("offline", () => line.lose());
window.addEventListener("pageshow", (event) => {
  // A page that comes back out of the browser's memory is asked anew: it may have been left in a hurry.
  if (event.persisted) location.reload();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  forgetWhenIdle();
  line.hurry();
  transcript.look();
});
setInterval(forgetWhenIdle, LOOK_AT_CLOCK_EACH);

const idled = session.idle && Boolean(session.token);
if (session.idle) session.forget();
theme(root, location.search, data.theme);
pinnedNumbers(numbers, words);
letterSize(part("size", HTMLElement), session, root);
begin();
if (idled) notice.word(words.say("idle_ended"));
visibleHeight(window, root, () => transcript.atEnd && transcript.toEnd());
root.classList.add("running");
around.ready(data.exit_url || "about:blank");
