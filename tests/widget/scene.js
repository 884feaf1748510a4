/** A stage for the line to the house: a server that is an array, a clock that is moved by hand. */

import { Line } from "../../webchat/widget/socket.js";
import { Session, openShelf } from "../../webchat/widget/session.js";

/** Time that passes only when told to. */
export class Clock {
  constructor() {
    this.time = 1_000_000;
    this.timers = [];
  }

  now() {
    return this.time;
  }

  after(ms, run) {
    const timer = { at: this.time + ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  /** Let time pass and run what falls due, in order. */
  pass(ms) {
    const end = this.time + ms;
    for (;;) {
      const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((one) => one !== next);
      this.time = Math.max(this.time, next.at);
      next.run();
    }
    this.time = end;
  }
}

/** One connection as the server sees it. */
class Connection {
  constructor() {
    this.heard = [];
    this.closed = false;
  }

  send(data) {
    this.heard.push(JSON.parse(data));
  }

  close() {
    this.closed = true;
  }

  accept() {
    this.onopen();
  }

  says(frame) {
    if (this.onmessage) this.onmessage({ data: JSON.stringify(frame) });
  }

  breaks() {
    this.onclose();
  }
}

/** A shelf in memory, as a tab has it. */
export function shelf() {
  const kept = new Map();
  return {
    kept,
    getItem: (name) => (kept.has(name) ? kept.get(name) : null),
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  };
}

/** A visitor's page: `connections` in the order they were opened, `frames` and `links` as they were told. */
export function visitor({ tab = shelf(), clock = new Clock() } = {}) {
  const connections = [];
  const frames = [];
  const links = [];
  const refused = [];
  const restarts = [];
  const session = new Session(openShelf(() => tab), () => clock.now(), 30);
  const line = new Line({
    open() {
      const connection = new Connection();
      connections.push(connection);
      return connection;
    },
    session,
    clock,
    random: () => 1,
    locale: "sq",
    ears: {
      frame: (frame) => frames.push(frame),
      link: (link) => links.push(link),
      restarted: () => restarts.push(session.conversation),
      refused: (entry, error) => refused.push([entry.client_id, error.code]),
    },
  });
  const scene = {
    tab,
    clock,
    connections,
    frames,
    links,
    refused,
    restarts,
    session,
    line,
    get server() {
      return connections[connections.length - 1];
    },
    said(type) {
      return scene.server.heard.filter((frame) => frame.type === type);
    },
    welcome(extra) {
      scene.server.accept();
      scene.server.says({ type: "welcome", conversation: "c1", token: "t1", state: "bot", messages: [], ...extra });
    },
  };
  return scene;
}

/** A `kept` for this client id. */
export function kept(client_id, id = 2) {
  return { type: "kept", client_id, id, at: "2026-11-22T13:02:05Z" };
}
