/** Deleting: asked once more, in plain words, and nothing happens by accident. */

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
