/** Leaving quickly: blank first, forget, then go to a neutral page without a way back. */

const PRESSES = 3;
const WITHIN = 2000;
const PARENT_GOES_WITHIN = 300;

/**
 * True at the third press within two seconds.
 * @returns {(at: number) => boolean}
 */
export function threePresses() {
  /** @type {number[]} */
  let presses = [];
  return (at) => {
    presses = presses.filter((press) => at - press < WITHIN).concat(at);
    return presses.length >= PRESSES;
  };
}

/**
 * Leave this page; in a frame, the page around it too.
 * @param {object} world
 * @param {Window} world.window
 * @param {string} world.url a neutral page
 * @param {() => void} world.forget drops token, drafts and line
 * @param {boolean} world.framed
 */
export function leaveQuickly({ window, url, forget, framed }) {
  const { document } = window;
  document.documentElement.className = "gone";
  document.title = "";
  forget();
  if (!framed) {
    window.location.replace(url);
    return;
  }
  window.parent.postMessage({ alo: "leave", exit: url }, "*");
  window.setTimeout(() => {
    try {
      // Allowed after the visitor's own tap even where the page around is another site.
      /** @type {Window} */ (window.top).location.replace(url);
    } catch {
      window.location.replace("about:blank");
    }
  }, PARENT_GOES_WITHIN);
}
