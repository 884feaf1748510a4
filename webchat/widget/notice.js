/** The one line that says how things stand: no connection, slow, refused, gone. What is kept, what to do. */

import { empty } from "./dom.js";
import { paragraph } from "./article.js";

/** @import {LinkState} from "./types.js" */
/** @import {Words} from "./words.js" */

const BEFORE_SAYING_SO = 1200;
const GOOD_NEWS_STAYS = 4000;

/**
 * @param {HTMLElement} box a role=status
 * @param {Words} words
 */
export function noticeBoard(box, words) {
  let trouble = "";
  let fault = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /**
   * @param {string} text
   * @param {string} look
   */
  const say = (text, look) => {
    clearTimeout(timer);
    empty(box);
    box.className = `notice ${look}`;
    box.appendChild(paragraph(text, words));
  };
  const hush = () => {
    clearTimeout(timer);
    fault = false;
    empty(box);
  };

  return {
    hush,
    /** @param {string} text in full, with what is kept and whom to call */
    trouble(text) {
      say(text, "trouble");
      fault = true;
    },
    /** Something was kept: what was refused before is no longer the state of things. */
    relieved() {
      if (fault) hush();
    },
    /** @param {string} text */
    word(text) {
      say(text, "calm");
    },
    /** @param {LinkState} link */
    link(link) {
      if (link === "slow") {
        trouble = "slow";
        say(words.say("slow"), "trouble");
      } else if (link === "lost" || link === "connecting") {
        // Most breaks heal at once; only those that last are told.
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (fault) return;
          trouble = "lost";
          say(words.say(link === "connecting" ? "connecting" : "offline"), "trouble");
        }, BEFORE_SAYING_SO);
      } else if (link === "open") {
        clearTimeout(timer);
        const healed = trouble;
        trouble = "";
        if (healed === "slow") hush();
        if (healed !== "lost") return;
        say(words.say("back_online"), "calm");
        timer = setTimeout(hush, GOOD_NEWS_STAYS);
      }
    },
  };
}
