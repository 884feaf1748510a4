/** Shapes that the modules share, for the type check alone: no browser loads this file. */

/** @typedef {"bot" | "waiting" | "counsellor" | "closed"} State */
/** @typedef {"bot" | "counsellor" | "system" | "visitor"} Sender */
/** @typedef {{title: string, payload: string}} Button */
/** @typedef {{title: string, url: string}} Link */
/** @typedef {{publisher: string | null, title: string | null, year: number | null, url: string | null}} Source */
/** @typedef {{label: string, number: string, tel: string}} HelpNumber */

/**
 * @typedef {object} Article
 * @property {string} topic
 * @property {string} title
 * @property {string[]} paragraphs
 * @property {string[]} steps
 * @property {string} [help]
 * @property {string | null} [simple]
 * @property {"ti" | "ju"} [register]
 * @property {Source[]} [sources]
 * @property {boolean} [draft]
 * @property {string | null} [written_on]
 * @property {string | null} [reviewed_on]
 */

/**
 * @typedef {object} Message
 * @property {number} id
 * @property {Sender} sender
 * @property {string} text
 * @property {string} at
 * @property {string} [kind]
 * @property {Article | null} [article]
 * @property {Button[] | null} [buttons]
 * @property {Link[] | null} [links]
 * @property {string | null} [client_id]
 * @property {string | null} [counsellor]
 */

/** @typedef {{type: "welcome", conversation: string, token: string, state: State, messages: Message[], numbers?: Record<string, HelpNumber>}} Welcome */
/** @typedef {{type: "kept", client_id: string, id: number, at: string}} Kept */
/** @typedef {{type: "state", state: State, position?: number | null, wait_seconds?: number | null, counsellor?: string | null, level_high?: boolean, nobody?: boolean}} StateFrame */
/** @typedef {{type: "typing", sender: Sender}} Typing */
/** @typedef {{type: "seen", id: number}} Seen */
/** @typedef {{type: "erased", days?: number | null}} Erased */
/** @typedef {{type: "error", code: string, message: string, client_id?: string | null, retry_after?: number | null}} ErrorFrame */
/** @typedef {Welcome | Kept | ({type: "message"} & Message) | StateFrame | Typing | Seen | Erased | ErrorFrame} ServerFrame */

/** @typedef {{type: "say" | "press", client_id: string, text: string, payload?: string}} Unkept */
/** @typedef {{getItem(name: string): string | null, setItem(name: string, value: string): void, removeItem(name: string): void}} Shelf */

/** @typedef {"connecting" | "open" | "slow" | "lost" | "stopped"} LinkState */
/** @typedef {{send(data: string): void, close(): void, onopen: any, onmessage: any, onclose: any, onerror: any}} SocketLike */
/** @typedef {{now(): number, after(ms: number, run: () => void): () => void}} Clock */
/** @typedef {Unkept & {sentAt: number, due: number, tries: number}} Waiting */

/**
 * @typedef {object} Ears
 * @property {(frame: ServerFrame) => void} frame
 * @property {(link: LinkState) => void} link
 * @property {() => void} restarted another conversation than before was welcomed
 * @property {(entry: Unkept, error: ErrorFrame) => void} refused the entry is not repeated
 */

/** @typedef {"pending" | "kept" | "seen" | "failed"} Mark */

/**
 * @typedef {object} Entry
 * @property {number | null} id null until the server has kept it
 * @property {string | null} clientId
 * @property {Sender} sender
 * @property {string} text
 * @property {number} at in milliseconds
 * @property {Mark | null} mark only the visitor's own carry one
 * @property {Message | null} message as it arrived, with article, links and buttons
 */

/**
 * @typedef {object} Wishes
 * @property {(tapped: Button) => void} press
 * @property {(entry: Entry) => void} retry
 * @property {(entry: Entry) => void} discard
 * @property {() => void} looked the end of the talk came into view
 */

/**
 * @typedef {object} PageData
 * @property {Record<string, string>} phrases
 * @property {Record<string, HelpNumber>} numbers
 * @property {string} socket
 * @property {string} [locale]
 * @property {string} [theme]
 * @property {string} [exit_url]
 * @property {number} [idle_minutes]
 * @property {string[]} [embed_origins]
 */

/** @typedef {{text: string, number: HelpNumber | null}} Piece */

export {};
