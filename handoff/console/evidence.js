/** Finding the marked words in a message: offsets count code points, as the server does, not UTF-16 units. */

/** @import {Evidence} from "./types.js" */

/**
 * A text cut at the borders of its evidence; overlapping spans become one piece that carries all of them.
 * @param {string} text
 * @param {Evidence[]} evidence
 * @returns {{text: string, evidence: Evidence[]}[]}
 */
export function pieces(text, evidence) {
  const points = Array.from(text);
  const spans = evidence.filter((one) => one.start >= 0 && one.end <= points.length && one.start < one.end);
  const borders = new Set([0, points.length]);
  for (const one of spans) borders.add(one.start).add(one.end);
  const cuts = Array.from(borders).sort((a, b) => a - b);
  /** @type {{text: string, evidence: Evidence[]}[]} */
  const found = [];
  for (let place = 0; place + 1 < cuts.length; place += 1) {
    const [from, to] = [cuts[place], cuts[place + 1]];
    found.push({
      text: points.slice(from, to).join(""),
      evidence: spans.filter((one) => one.start <= from && one.end >= to),
    });
  }
  return found;
}
