/** Clocks: how long somebody waits, by the server's time, and the hour of a message in Tirana. */

/** Seconds within which a person should be there, by level. */
const AIMS = { 4: 60, 3: 300, 2: 900 };

let ahead = 0;

/** @param {number} serverNow the server's clock, in milliseconds */
export function setClock(serverNow) {
  ahead = serverNow - Date.now();
}

/** @param {string} since */
export function secondsSince(since) {
  return Math.max(0, Math.floor((Date.now() + ahead - Date.parse(since)) / 1000));
}

/**
 * 0:40, 12:05, 1:02:00.
 * @param {number} seconds
 */
export function span(seconds) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/**
 * Whether the time aimed at for this level has passed.
 * @param {number} level
 * @param {number} seconds
 */
export function late(level, seconds) {
  const aim = level >= 4 ? AIMS[4] : level === 3 ? AIMS[3] : level === 2 ? AIMS[2] : Infinity;
  return seconds > aim;
}

const ZONE = "Europe/Tirane";
// the locale sq would write 2:05 e paradites; the desk reads 24 hours
const HOUR = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: ZONE });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "numeric", year: "numeric", timeZone: ZONE });

/** @param {string} at */
export const hour = (at) => HOUR.format(new Date(at));

/**
 * 22.11.2026. Not every browser knows the locale sq; some would put the month first.
 * @param {string} at
 */
export const day = (at) => {
  const parts = DAY.formatToParts(new Date(at));
  return ["day", "month", "year"].map((name) => parts.find((part) => part.type === name)?.value.replace(/^0/, "")).join(".");
};

/** Move all clocks on the page on; each carries since when and for which level. */
export function tick() {
  for (const clock of document.querySelectorAll("[data-since]")) {
    const seconds = secondsSince(clock.getAttribute("data-since") || "");
    const text = span(seconds);
    if (clock.textContent !== text) clock.textContent = text;
    const over = late(Number(clock.getAttribute("data-level")), seconds);
    const row = clock.closest(".row");
    if (row && row.classList.contains("late") !== over) row.classList.toggle("late", over);
  }
}
