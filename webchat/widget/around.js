/** What lies around the page: the embed script and its messages, and the quick way out. */

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

/**
 * @param {object} world
 * @param {Window} world.window
 * @param {string[] | undefined} world.origins pages that may hold the frame; the server's own when not given
 * @param {(wish: "opened" | "closed" | "leave") => void} world.hear
 */
export function frameAround({ window, origins, hear }) {
  const framed = window.parent !== window;
  let open = !framed;
  let unread = 0;

  /** @param {object} message */
  const tell = (message) => {
    // The words are no secret ("close", a count), so the page around need not be known.
    if (framed) window.parent.postMessage(message, "*");
  };

  window.addEventListener("message", (event) => {
    if (!framed || event.source !== window.parent || !event.data) return;
    if (origins && origins.length && ![window.location.origin, ...origins].includes(event.origin)) return;
    const wish = event.data.alo;
    if (wish !== "opened" && wish !== "closed" && wish !== "leave") return;
    open = wish === "opened";
    if (open) unread = 0;
    hear(wish);
  });

  return {
    framed,
    /** True while the visitor can see the page. */
    get open() {
      return open && window.document.visibilityState === "visible";
    },
    /** @param {string} exit */
    ready: (exit) => tell({ alo: "ready", exit }),
    close: () => tell({ alo: "close" }),
    /** A message came while the panel was closed. */
    unread() {
      if (!framed || open) return;
      unread += 1;
      tell({ alo: "unread", count: unread });
    },
  };
}
