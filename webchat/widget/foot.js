/** The foot of the page: deleting after one more question, the size of the letters; and light, dark and height. */

/** @import {Session} from "./session.js" */

const SIZES = ["", "large", "larger"];

/**
 * @param {object} world
 * @param {HTMLElement} world.sheet the question, with `#erase-yes` and `#erase-no`
 * @param {HTMLElement} world.opener
 * @param {HTMLElement} world.yes
 * @param {HTMLElement} world.no
 * @param {() => void} world.erase
 */
export function eraseSheet({ sheet, opener, yes, no, erase }) {
  const close = () => {
    sheet.hidden = true;
    opener.setAttribute("aria-expanded", "false");
  };
  const back = () => {
    close();
    opener.focus();
  };
  opener.addEventListener("click", () => {
    sheet.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    no.focus();
  });
  no.addEventListener("click", back);
  yes.addEventListener("click", () => {
    close();
    erase();
  });
  return {
    get open() {
      return !sheet.hidden;
    },
    close: back,
  };
}

/**
 * Letters in three sizes, by one button that goes round.
 * @param {HTMLElement} opener
 * @param {Session} session
 * @param {HTMLElement} root
 */
export function letterSize(opener, session, root) {
  const apply = () => {
    const size = session.read("size") || "";
    if (size) root.setAttribute("data-size", size);
    else root.removeAttribute("data-size");
  };
  opener.addEventListener("click", () => {
    const next = SIZES[(SIZES.indexOf(session.read("size") || "") + 1) % SIZES.length];
    session.write("size", next || null);
    apply();
  });
  apply();
}

/**
 * Light or dark when somebody has chosen; the system's wish otherwise.
 * @param {HTMLElement} root
 * @param {string} search of the address
 * @param {string | undefined} given by the server
 */
export function theme(root, search, given) {
  const wish = new URLSearchParams(search).get("theme") || given;
  if (wish === "light" || wish === "dark") root.setAttribute("data-theme", wish);
}

/**
 * Keep the page as high as what is visible: a keyboard on the screen must not cover the field.
 * @param {Window} window
 * @param {HTMLElement} root
 * @param {() => void} changed
 */
export function visibleHeight(window, root, changed) {
  const view = window.visualViewport;
  const fit = () => {
    if (view) root.style.setProperty("--visible-height", `${Math.round(view.height)}px`);
    changed();
  };
  (view || window).addEventListener("resize", fit);
  fit();
}
