/** Questions that hold the page until they are answered: the wrong child, the level, the end of a talk. */

import { el, press } from "./elements.js";
import { levelName, levelShape } from "./labels.js";
import { page, say } from "./words.js";

/**
 * A dialog with its parts; it goes when it is answered, and focus returns to where it was.
 * @param {string} title
 * @param {(Node | null)[]} body
 * @param {HTMLButtonElement} yes
 * @param {string} no
 */
function dialog(title, body, yes, no) {
  const cancel = press(no, "plain", () => frame.close());
  const heading = el("h2", { id: "dialog-title", text: title });
  const frame = el("dialog", { "aria-labelledby": "dialog-title" }, [
    el("form", { method: "dialog" }, [heading, ...body, el("div", { class: "dialog-foot" }, [cancel, yes])]),
  ]);
  frame.addEventListener("close", () => frame.remove());
  document.body.append(frame);
  frame.showModal();
  return { frame, cancel };
}

/**
 * Asks whether this is the right conversation; the safe answer has the focus.
 * @param {string} code
 * @param {string} lastWords
 * @param {string} text
 * @returns {Promise<boolean>}
 */
export function confirmChild(code, lastWords, text) {
  return new Promise((answer) => {
    let sure = false;
    const yes = press(say("confirm_send"), "main", () => {
      sure = true;
      frame.close();
    });
    const { frame, cancel } = dialog(
      say("confirm_wrong_child_title"),
      [
        el("p", { text: say("confirm_wrong_child") }),
        el("p", {}, [el("strong", { text: code }), lastWords ? el("q", { class: "last", text: lastWords.slice(0, 120) }) : ""]),
        el("p", { class: "words boxed", text }),
      ],
      yes,
      say("confirm_cancel"),
    );
    cancel.focus();
    frame.addEventListener("close", () => answer(sure));
  });
}

/**
 * The level that remains and why; a reason is needed when it falls.
 * @param {{title: string, note: string, code: string, before: number, chosen: number, confirm: string, outcomes: boolean,
 *   act: (given: {level: number, reason: string, outcome: string}) => Promise<string>}} asked
 */
export function askLevel(asked) {
  const [least, most] = page.limits.reason;
  const error = el("p", { class: "error", role: "alert" });
  const reason = el("textarea", { id: "reason", rows: 2, maxlength: most, "aria-describedby": "reason-error" });
  error.id = "reason-error";
  const levels = [0, 1, 2, 3, 4].map((level) => {
    const choice = el("input", { type: "radio", name: "level", value: level, checked: level === asked.chosen });
    return el("label", { class: "choice" }, [choice, levelShape(level), el("span", { text: levelName(level) })]);
  });
  const outcome = el("select", { id: "outcome" }, page.outcomes.map((code) => el("option", { value: code, text: say(`outcome_${code}`) })));
  const yes = el("button", { type: "submit", class: "main", text: asked.confirm });
  const { frame } = dialog(
    `${asked.title} · ${asked.code}`,
    [
      asked.note ? el("p", { class: "quiet", text: asked.note }) : null,
      el("fieldset", { class: "choices" }, [el("legend", { text: say(asked.outcomes ? "remaining_level" : "level") }), ...levels]),
      asked.outcomes ? el("label", { for: "outcome", text: say("outcome") }) : null,
      asked.outcomes ? outcome : null,
      el("label", { for: "reason", text: say(asked.outcomes ? "close_reason" : "level_reason") }),
      reason,
      error,
    ],
    yes,
    asked.outcomes ? say("close_cancel") : say("cancel"),
  );
  const form = frame.querySelector("form");
  reason.focus();
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = frame.querySelector("input:checked");
    const level = Number(chosen instanceof HTMLInputElement ? chosen.value : asked.chosen);
    const why = reason.value.trim();
    if (level < asked.before && why.length < least) {
      error.textContent = say(asked.outcomes ? "close_reason_missing" : "level_reason_missing");
      reason.focus();
      return;
    }
    yes.disabled = true;
    asked.act({ level, reason: why, outcome: outcome.value }).then((problem) => {
      yes.disabled = false;
      if (problem) error.textContent = problem;
      else frame.close();
    });
  });
}
