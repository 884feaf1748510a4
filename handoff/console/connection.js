/** The live feed: connects, says hello, comes back by itself. */

const BACK_OFF = [300, 1000, 2000, 5000];
const SILENT_TOO_LONG = 45_000;

/** One connection to the feed; `hears` gets each frame, `changes` whether it stands. */
export class Connection {
  /**
   * @param {(frame: any) => void} hears
   * @param {(up: boolean) => void} changes
   */
  constructor(hears, changes) {
    this.hears = hears;
    this.changes = changes;
    this.attempt = 0;
    this.ended = false;
    /** @type {WebSocket | null} */
    this.socket = null;
    window.addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.now();
    });
  }

  open() {
    const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/feed`;
    const socket = new WebSocket(address);
    this.socket = socket;
    const slow = setTimeout(() => socket.close(), SILENT_TOO_LONG);
    socket.addEventListener("open", () => {
      clearTimeout(slow);
      this.attempt = 0;
      this.send({ type: "hello" });
      this.changes(true);
    });
    socket.addEventListener("message", (event) => {
      if (typeof event.data === "string") this.hears(JSON.parse(event.data));
    });
    socket.addEventListener("close", (event) => {
      clearTimeout(slow);
      if (this.socket !== socket) return;
      this.socket = null;
      this.changes(false);
      if (event.code === 4401) document.dispatchEvent(new Event("signed-out"));
      else if (!this.ended) this.later();
    });
  }

  later() {
    const wait = BACK_OFF[Math.min(this.attempt, BACK_OFF.length - 1)] * (0.75 + Math.random() / 2);
    this.attempt += 1;
    this.timer = setTimeout(() => this.open(), wait);
  }

  /** Try at once, if it is down. */
  now() {
    if (this.ended || this.socket) return;
    clearTimeout(this.timer);
    this.open();
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    if (this.socket) this.socket.close();
  }

  /** @param {object} frame */
  send(frame) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }
}
