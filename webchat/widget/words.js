/** The words and numbers that the server put into the page, and numbers found again in running text. */

/** @import {HelpNumber, PageData, Piece} from "./types.js" */

/** Phrases by name, with `{alo}` and the like filled from the directory's numbers. */
export class Words {
  /** @param {PageData} data */
  constructor({ phrases, numbers }) {
    this.phrases = phrases;
    this.numbers = numbers;
  }

  /** @param {string} name */
  has(name) {
    return Object.prototype.hasOwnProperty.call(this.phrases, name);
  }

  /**
   * The phrase of this name; a name that is missing shows itself, so that it is noticed.
   * @param {string} name
   * @param {Record<string, string | number>} [values]
   */
  say(name, values) {
    const phrase = this.has(name) ? this.phrases[name] : name;
    return phrase.replace(/\{(\w+)\}/g, (marker, key) => {
      if (values && key in values) return String(values[key]);
      return this.numbers[key] ? this.numbers[key].number : marker;
    });
  }

  /**
   * Text cut where a number of the directory stands, so that it can be shown as a call link.
   * @param {string} text
   * @returns {Piece[]}
   */
  pieces(text) {
    const numbers = Object.keys(this.numbers).map((slug) => this.numbers[slug]);
    /** @type {Piece[]} */
    const found = [];
    let rest = "";
    for (let at = 0; at < text.length; ) {
      const number = startsNumber(text, at) ? numberAt(text, at, numbers) : null;
      if (!number) {
        rest += text[at];
        at += 1;
        continue;
      }
      if (rest) found.push({ text: rest, number: null });
      rest = "";
      const shown = text.slice(at, at + spanOf(text, at, number));
      found.push({ text: shown, number });
      at += shown.length;
    }
    if (rest) found.push({ text: rest, number: null });
    return found;
  }

  /**
   * The numbers that a text names, each once, in its order.
   * @param {string} text
   */
  numbersIn(text) {
    /** @type {HelpNumber[]} */
    const named = [];
    this.pieces(text).forEach(({ number }) => number && !named.includes(number) && named.push(number));
    return named;
  }
}

/** @param {string | undefined} sign */
const isDigit = (sign) => sign !== undefined && sign >= "0" && sign <= "9";

/** @param {string | undefined} sign */
const isGap = (sign) => sign === " " || sign === "\u00a0";

/**
 * @param {string} text
 * @param {number} at
 */
function startsNumber(text, at) {
  if (!isDigit(text[at]) || isDigit(text[at - 1])) return false;
  return !(isGap(text[at - 1]) && isDigit(text[at - 2]));
}

/**
 * The longest number that stands here whole.
 * @param {string} text
 * @param {number} at
 * @param {HelpNumber[]} numbers
 */
function numberAt(text, at, numbers) {
  const fitting = numbers.filter((number) => spanOf(text, at, number) > 0);
  fitting.sort((one, other) => other.tel.length - one.tel.length);
  return fitting[0] || null;
}

/**
 * How many signs of the text this number takes, written as in the directory or without its gaps; 0 when it is not there.
 * @param {string} text
 * @param {number} at
 * @param {HelpNumber} number
 */
function spanOf(text, at, number) {
  const shown = text.slice(at).replace(/\u00a0/g, " ");
  const found = [number.number, number.tel].find((written) => shown.startsWith(written));
  if (!found) return 0;
  const end = at + found.length;
  const goesOn = isDigit(text[end]) || (isGap(text[end]) && isDigit(text[end + 1]));
  return goesOn ? 0 : found.length;
}
