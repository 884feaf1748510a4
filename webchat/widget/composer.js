/** The field: Enter sends, long text is counted, what is half written survives a reload. */

import { codePoints, fitToSend, LONGEST } from "./frames.js";

/** @import {Words} from "./words.js" */
/** @import {Session} from "./session.js" */

const COUNT_FROM = LONGEST - 200;

/**
 * @param {object} world
 * @param {HTMLFormElement} world.form
 * @param {HTMLTextAreaElement} world.field
 * @param {HTMLElement} world.counter
 * @param {Words} world.words
 * @param {Session} world.session
 * @param {(text: string) => void} world.send
 * @param {() => void} world.typing
 */
export function composer({ form, field, counter, words, session, send, typing }) {
  const fit = () => {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
    const length = codePoints(fitToSend(field.value));
    counter.hidden = length < COUNT_FROM;
    counter.textContent = words.say("too_long_hint", { left: LONGEST - length });
    counter.classList.toggle("over", length > LONGEST);
    if (length > LONGEST) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  };

  const submit = () => {
    const text = fitToSend(field.value);
    if (!text || codePoints(text) > LONGEST) return;
    field.value = "";
    session.draft = "";
    fit();
    send(text);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    field.focus();
  });
  field.addEventListener("keydown", (event) => {
    // 229 is what older browsers report for Enter inside a composition.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  field.addEventListener("input", () => {
    session.draft = field.value;
    session.touch();
    fit();
    if (field.value.trim()) typing();
  });

  return {
    /** Show what was half written when the page was left. */
    restore() {
      field.value = session.draft;
      fit();
    },
    /** @param {string} text */
    put(text) {
      field.value = field.value ? `${field.value}\n${text}` : text;
      session.draft = field.value;
      fit();
    },
    clear() {
      field.value = "";
      fit();
    },
  };
}
