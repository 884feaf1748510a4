/** The talk with the embed script around the frame: opened, closed, unread, leave; never a word of the talk. */

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
