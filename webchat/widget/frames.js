/** Frames of the visitor's socket: their shapes, the check of what arrives, and text fit to be sent. */

/** @import {ServerFrame} from "./types.js" */

/** Longest message, in code points after trimming. */
export const LONGEST = 2000;

const STATES = ["bot", "waiting", "counsellor", "closed"];
const SENDERS = ["bot", "counsellor", "system", "visitor"];

/** @param {unknown} value */
const isText = (value) => typeof value === "string";

/** @param {unknown} value */
const isId = (value) => typeof value === "number" && Number.isInteger(value) && value >= 0;

/** @param {any} message */
const isMessage = (message) =>
  message !== null &&
  typeof message === "object" &&
  isId(message.id) &&
  SENDERS.includes(message.sender) &&
  isText(message.text) &&
  isText(message.at);

/** @type {Record<string, (frame: any) => boolean>} */
const SHAPES = {
  welcome: (frame) =>
    isText(frame.conversation) &&
    isText(frame.token) &&
    STATES.includes(frame.state) &&
    Array.isArray(frame.messages) &&
    frame.messages.every(isMessage),
  kept: (frame) => isText(frame.client_id) && isId(frame.id) && isText(frame.at),
  message: isMessage,
  state: (frame) => STATES.includes(frame.state),
  typing: (frame) => SENDERS.includes(frame.sender),
  seen: (frame) => isId(frame.id),
  erased: () => true,
  error: (frame) => isText(frame.code) && isText(frame.message),
};

/**
 * A frame that arrived, or null when it is none that we know: unknown types are ignored, not refused.
 * @param {string} data
 * @returns {ServerFrame | null}
 */
export function readFrame(data) {
  let frame;
  try {
    frame = JSON.parse(data);
  } catch {
    return null;
  }
  if (frame === null || typeof frame !== "object" || !isText(frame.type)) return null;
  if (!Object.prototype.hasOwnProperty.call(SHAPES, frame.type)) return null;
  return SHAPES[frame.type](frame) ? frame : null;
}

/**
 * Text as it is sent: trimmed, without the halves of a broken emoji that UTF-8 cannot carry.
 * @param {string} text
 */
export function fitToSend(text) {
  return Array.from(text)
    .filter((sign) => sign.length === 2 || sign < "\ud800" || sign > "\udfff")
    .join("")
    .trim();
}

/**
 * Length as the server counts it.
 * @param {string} text
 */
export function codePoints(text) {
  return Array.from(text).length;
}

/**
 * A client id that no other message has.
 * @param {(bytes: Uint8Array) => Uint8Array} fill gives random bytes
 */
export function freshId(fill) {
  return Array.from(fill(new Uint8Array(12)), (byte) => (byte + 256).toString(16).slice(1)).join("");
}
