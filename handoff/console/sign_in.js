/** Signing in, and choosing one's own password at the first time. */

/** @import {Person} from "./types.js" */

import { post } from "./api.js";
import { el, press } from "./elements.js";
import { page, say } from "./words.js";

/**
 * A field of a form with its label.
 * @param {string} name
 * @param {string} label
 * @param {Record<string, string | number | boolean>} how
 */
function field(name, label, how) {
  const input = el("input", { id: name, name, required: true, ...how });
  return { input, row: el("div", { class: "field" }, [el("label", { for: name, text: label }), input]) };
}

/**
 * A form in the middle of the page.
 * @param {string} title
 * @param {string} note
 * @param {HTMLElement[]} rows
 * @param {string} act
 */
function frame(title, note, rows, act) {
  const error = el("p", { class: "error", role: "alert" });
  const submit = el("button", { type: "submit", class: "main", text: act });
  const form = el("form", { class: "door", method: "post" }, [
    el("p", { class: "house quiet", text: say("title") }),
    el("h1", { text: title }),
    note ? el("p", { class: "quiet", text: note }) : null,
    ...rows,
    error,
    submit,
  ]);
  return { place: el("main", {}, [form]), form, error, submit };
}

/**
 * @param {string} notice why somebody stands before the door again
 * @param {(person: Person) => void} enter
 */
export function signIn(notice, enter) {
  const name = field("user-name", say("user_name"), { autocomplete: "username", autocapitalize: "none", maxlength: 64 });
  const password = field("password", say("password"), { type: "password", autocomplete: "current-password" });
  const { place, form, error, submit } = frame(say("sign_in_title"), notice, [name.row, password.row], say("sign_in"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    error.textContent = "";
    const answer = await post("/api/sign-in", { user_name: name.input.value, password: password.input.value });
    submit.disabled = false;
    if (answer.ok) {
      enter(answer.data.person);
      return;
    }
    error.textContent = answer.message;
    password.input.select();
  });
  return { place, focus: () => name.input.focus() };
}

/**
 * @param {Person} person
 * @param {(person: Person) => void} enter
 * @param {(() => void) | null} leave
 */
export function changePassword(person, enter, leave) {
  const [least] = page.limits.password;
  const how = { type: "password", autocomplete: "new-password", minlength: 1 };
  const current = field("current", say(person.must_change ? "one_time_password" : "current_password"), {
    type: "password",
    autocomplete: "current-password",
  });
  const fresh = field("new", `${say("new_password")} · ${say("password_minimum", { n: least })}`, how);
  const again = field("again", say("repeat_password"), how);
  const note = person.must_change ? say("change_password_first") : "";
  const { place, form, error, submit } = frame(
    say("change_password"),
    note,
    [current.row, fresh.row, again.row],
    say("change_password"),
  );
  if (leave) form.append(press(say("cancel"), "plain", leave));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    if (fresh.input.value !== again.input.value) {
      error.textContent = say("passwords_differ");
      again.input.select();
      return;
    }
    submit.disabled = true;
    const answer = await post("/api/password", { current: current.input.value, new: fresh.input.value });
    submit.disabled = false;
    if (answer.ok) enter(answer.data.person);
    else error.textContent = answer.code === "wrong_password" ? say("wrong_current_password") : answer.message;
  });
  return { place, focus: () => current.input.focus() };
}
