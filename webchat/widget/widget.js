/** The embed script: a button on the host page that opens the chat in a frame. It reads nothing of the page. */
(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const { origin } = new URL(script.src);
  const { position, bottom, hidden, theme } = script.dataset;
  /** @type {{launcher: string}} */
  const words = Object.assign({ launcher: "ALO 116" }, /*WIDGET-DATA*/);
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  const side = position === "left" ? "left" : "right";
  const low = `${Number(bottom) || 20}px`;
  const phone = matchMedia("(max-width: 480px), (max-height: 500px)");
  const home = document.createElement("div");
  const room = home.attachShadow({ mode: "open" });
  const pill = document.createElement("button");
  const frame = document.createElement("iframe");
  let open = false;
  let ready = false;
  let exit = "about:blank";
  /** @type {number[]} */
  let escapes = [];

  // Set from here one by one: a host's strict policy forbids style sheets and attributes, but not this.
  /** @type {(element: HTMLElement, styles: Record<string, string>) => void} */
  const dress = ({ style }, styles) =>
    Object.keys(styles).forEach((name) => style.setProperty(name, styles[name], "important"));
  const float = { border: "0", "box-shadow": "0 8px 28px rgba(29,39,51,.25)" };

  const place = (unread = 0) => {
    const whole = phone.matches;
    pill.textContent = words.launcher + (unread ? " •" : "");
    pill.setAttribute("aria-label", words.launcher + (unread ? ` (${unread})` : ""));
    dress(pill, { display: (open && ready) || hidden !== undefined ? "none" : "block" });
    dress(frame, {
      ...float,
      display: open ? "block" : "none",
      position: "fixed",
      bottom: whole ? "0" : low,
      [side]: whole ? "0" : "20px",
      width: whole ? "100%" : "400px",
      height: whole ? "100%" : "640px",
      "max-height": whole ? "none" : `calc(100% - ${low} - 20px)`,
      "border-radius": whole ? "0" : "12px",
      background: dark ? "#12171d" : "#fbfaf7",
    });
  };
  /** @param {string} wish */
  const tell = (wish) => {
    if (ready && frame.contentWindow) frame.contentWindow.postMessage({ alo: wish }, origin);
  };
  const show = () => {
    if (!frame.src) frame.src = `${origin}/chat?theme=${dark ? "dark" : "light"}`;
    if (!frame.parentNode) room.appendChild(frame);
    open = true;
    place();
    frame.focus();
    tell("opened");
  };
  const leave = () => {
    dress(document.documentElement, { display: "none" });
    document.title = "";
    location.replace(exit);
  };
  /** The third Escape within two seconds leaves; the first was pressed inside the frame. */
  const escaped = () => {
    escapes = escapes.filter((at) => Date.now() - at < 2000).concat(Date.now());
    if (escapes.length < 3) return;
    dress(document.documentElement, { display: "none" });
    tell("leave");
    setTimeout(leave, 200);
  };

  pill.onclick = () => {
    if (!open || ready) return show();
    // The frame does not come (the host's policy forbids it, perhaps): a page of its own does.
    open = false;
    place();
    window.open(`${origin}/chat`, "_blank", "noopener");
  };
  pill.onkeydown = ({ key }) => {
    if (key === "Escape") escaped();
  };
  pill.onfocus = () => dress(pill, { outline: "3px solid #71808f" });
  pill.onblur = () => dress(pill, { outline: "none" });
  phone.addListener(() => place());
  document.addEventListener("alo:open", show);
  addEventListener("message", ({ data, origin: from, source }) => {
    if (from !== origin || source !== frame.contentWindow || !data) return;
    if (/^https:/.test(data.exit)) exit = data.exit;
    if (data.alo === "ready") {
      ready = true;
      place();
      if (open) tell("opened");
    } else if (data.alo === "close") {
      open = false;
      place();
      pill.focus();
      tell("closed");
      escaped();
    } else if (data.alo === "unread") place(data.count);
    else if (data.alo === "leave") leave();
  });

  frame.title = words.launcher;
  dress(home, { all: "initial", position: "fixed", "z-index": "2147483000", bottom: low, [side]: "20px" });
  dress(pill, {
    ...float,
    position: "relative",
    "z-index": "1",
    height: "56px",
    padding: "0 24px",
    "border-radius": "28px",
    background: dark ? "#7cb8dd" : "#1f5f8b",
    color: dark ? "#10202b" : "#fff",
    font: "600 17px system-ui,'Segoe UI',Roboto,sans-serif",
    cursor: "pointer",
    "outline-offset": "3px",
  });
  place();
  room.appendChild(pill);
  document.body.appendChild(home);
})();
