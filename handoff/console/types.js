/** The shapes that pass between the console's modules; they follow handoff/frames.py. */

/** @typedef {{alias: string, user_name: string, role: string, must_change: boolean, on_break: boolean}} Person */

/**
 * What the server put into the page.
 * @typedef {object} PageData
 * @property {Person | null} person
 * @property {string} language
 * @property {string[]} languages
 * @property {Record<string, string>} texts
 * @property {{text: number, reason: number[], password: number[]}} limits
 * @property {string[]} outcomes
 */

/**
 * How a conversation stands; `code` is its short name among colleagues.
 * @typedef {object} Head
 * @property {string} conversation
 * @property {string} code
 * @property {string} channel
 * @property {string} state
 * @property {number} level
 * @property {string | null} lane
 * @property {string[]} categories
 * @property {string} about
 * @property {string} speaker
 * @property {number | null} age
 * @property {string | null} waiting_since
 * @property {string | null} level_since
 * @property {string | null} watch_since
 * @property {string | null} counsellor
 * @property {boolean} not_so
 * @property {boolean} gone
 */

/** @typedef {Head & {language: string | null, words: string[]}} Raised */
/** @typedef {Head & {unread: number, seen: number, seen_by_visitor: number, last_id: number}} Held */
/** @typedef {{start: number, end: number, text: string, category: string, source: string}} Evidence */

/**
 * A message; from `level` on only a visitor's has the fields.
 * @typedef {object} Entry
 * @property {number} id
 * @property {string} sender
 * @property {string} kind
 * @property {string} text
 * @property {string} at
 * @property {string} [alias]
 * @property {string} [client_id]
 * @property {boolean} [pressed]
 * @property {string} [title]
 * @property {boolean} [withdrawn]
 * @property {number} [level]
 * @property {number} [level_after]
 * @property {string[]} [categories]
 * @property {string} [about]
 * @property {string} [speaker]
 * @property {string} [language]
 * @property {string} [version]
 * @property {Evidence[]} [evidence]
 */

/**
 * Something that happened to the conversation.
 * @typedef {object} Mark
 * @property {string} kind
 * @property {string} at
 * @property {string | null} alias
 * @property {number | null} level
 * @property {number | null} from
 * @property {string | null} reason
 * @property {string | null} outcome
 * @property {string | null} why
 * @property {string | null} version
 * @property {string | null} lane
 */

/** @typedef {Head & {messages: Entry[], marks: Mark[], mark: number, seen: number, seen_by_visitor: number, erase_due: string | null, last_id: number}} TranscriptData */
/** @typedef {Head & {messages: Entry[], seen_by_visitor?: number, last_id: number}} NewsItem */
/** @typedef {{bus: boolean, bot: boolean, screening: string, screening_version: string, draft_scripts: number}} HouseStatus */
/** @typedef {{kind: string, why: string, code: string, at: string, channel: string, program: number, person: number | null, categories: string[], language: string | null, version: string | null, words: string[]}} Spot */

/**
 * A week's list of blind spots; `counts` has how many of how many, by kind.
 * @typedef {object} Findings
 * @property {string} week
 * @property {string} first_day
 * @property {string} last_day
 * @property {string | null} before
 * @property {string | null} after
 * @property {Record<string, [number, number]>} counts
 * @property {[string, number][]} words
 * @property {number} shown_from
 * @property {Spot[]} spots
 */

/** @typedef {{ok: boolean, status: number, data: any, message: string, code: string}} Answer */

export {};
