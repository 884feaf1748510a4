/** The box for the reply: a draft for each conversation, and a question before words go to the wrong child. */

/** @import {Desk} from "./desk.js" */

import { post } from "./api.js";
import { confirmChild } from "./dialogs.js";
import { el } from "./elements.js";
import { page, say } from "./words.js";

const JUST_SWITCHED = 1_000;
const TYPING_EVERY = 3_000;

/**
 * The reply box of the open conversation.
 * @param {Desk} desk
 * @param {{tell: (text: string) => void}} acts
 */
export function reply(desk, acts) {
  const label = el("label", { for: "reply" });
  const field = el("textarea", { id: "reply", rows: 2, maxlength: page.limits.text, placeholder: say("reply_placeholder") });
  const send = el("button", { type: "submit", class: "main", text: say("send") });
  const problem = el("p", { class: "error", role: "alert" });
  const gone = el("p", { class: "quiet ended", text: say("no_longer_yours_now") });
  const form = el("form", { class: "reply" }, [label, el("div", { class: "reply-row" }, [field, send]), problem, gone]);
  /** @type {string | null} */
  let shown = null;
  let typedAt = 0;
  let busy = false;

  field.addEventListener("input", () => {
    if (!shown) return;
    const draft = desk.draft(shown);
    draft.text = field.value;
    draft.client_id = "";
    fit();
    problem.textContent = "";
    send.disabled = !field.value.trim();
    if (field.value && Date.now() - typedAt > TYPING_EVERY) {
      typedAt = Date.now();
      void post("/api/typing", { conversation: shown });
    }
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });

  function fit() {
    field.style.setProperty("height", "auto");
    field.style.setProperty("height", `${Math.min(field.scrollHeight + 2, 200)}px`);
  }

  async function submit() {
    const conversation = shown;
    const text = field.value.trim();
    if (!conversation || !text || busy) return;
    const data = desk.transcripts.get(conversation);
    if (Date.now() - desk.switchedAt < JUST_SWITCHED && data) {
      const sure = await confirmChild(data.code, desk.lastWords(conversation), text);
      if (!sure || desk.current !== conversation) return;
    }
    const draft = desk.draft(conversation);
    draft.client_id = draft.client_id || random();
    busy = true;
    send.disabled = true;
    const answer = await post("/api/reply", { conversation, client_id: draft.client_id, text });
    busy = false;
    if (answer.ok) {
      const known = desk.transcripts.get(conversation);
      if (known) desk.addNews({ ...known, messages: [answer.data.message] });
      // what was typed meanwhile stays
      if (draft.text.trim() === text) draft.text = "";
      draft.client_id = "";
      if (shown === conversation) {
        field.value = draft.text;
        fit();
      }
    } else {
      const why = answer.code === "connection_lost" ? say("not_sent") : `${answer.message}`;
      if (shown === conversation) problem.textContent = why;
      else acts.tell(why);
    }
    send.disabled = !field.value.trim();
    if (shown === conversation) field.focus();
    desk.changed();
  }

  desk.listen(() => {
    const current = desk.current;
    const data = current ? desk.transcripts.get(current) : undefined;
    const mine = Boolean(data && current && desk.isMine(current));
    const left = Boolean(data && !mine && current && desk.drafts.get(current)?.text);
    form.hidden = !mine && !left;
    field.readOnly = !mine;
    gone.hidden = mine || !left;
    if (!data || form.hidden) {
      shown = null;
      return;
    }
    label.textContent = `${say("reply_label")} · ${data.code}`;
    if (shown !== current) {
      shown = current;
      problem.textContent = "";
      field.value = current ? desk.draft(current).text : "";
      fit();
    }
    send.disabled = !mine || busy || !field.value.trim();
  });

  return { form, focus: () => field.focus() };
}

function random() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
