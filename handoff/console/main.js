/** Where the console begins: the door, the first password, or the desk. */

/** @import {Person} from "./types.js" */

import { room, tell } from "./room.js";
import { changePassword, signIn } from "./sign_in.js";
import { part } from "./elements.js";
import { page, say } from "./words.js";

const app = part("app", HTMLElement);
/** @type {(() => void) | null} */
let leave = null;

/** @param {string} notice */
function door(notice) {
  leave?.();
  leave = null;
  const { place, focus } = signIn(notice, enter);
  app.replaceChildren(place);
  focus();
}

/** @param {Person} person */
function enter(person) {
  leave?.();
  if (person.must_change) {
    const { place, focus } = changePassword(person, changed, null);
    app.replaceChildren(place);
    focus();
    leave = null;
    return;
  }
  leave = room(app, person, { left: () => door(""), password: () => another(person) });
}

/** @param {Person} person */
function changed(person) {
  tell(say("password_changed"));
  enter(person);
}

/** @param {Person} person */
function another(person) {
  leave?.();
  leave = null;
  const { place, focus } = changePassword(person, changed, () => enter(person));
  app.replaceChildren(place);
  focus();
}

document.addEventListener("signed-out", () => {
  if (leave) door(say("signed_out"));
});

if (page.person) enter(page.person);
else door("");
