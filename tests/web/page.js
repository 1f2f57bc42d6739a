// A page just real enough for front-door.js: reads a script and a story on stdin, prints the page after each step.
"use strict";
const vm = require("node:vm");

class El {
  constructor(attributes = {}) {
    this.attributes = attributes; this.children = []; this.parentNode = null; this.textContent = "";
    this.hidden = false; this.display = "";
    this.style = {
      setProperty: (name, value) => { this.display = value; },
      removeProperty: () => { this.display = ""; },
    };
  }
  getAttribute(name) { return this.attributes[name] ?? null; }
  setAttribute(name, value) { this.attributes[name] = value; }
  contains(other) { for (; other; other = other.parentNode) { if (other === this) { return true; } } return false; }
  get nextSibling() { const all = this.parentNode.children; return all[all.indexOf(this) + 1] ?? null; }
  insertBefore(el, before) {
    if (el.parentNode) { el.parentNode.children.splice(el.parentNode.children.indexOf(el), 1); }
    this.children.splice(before ? this.children.indexOf(before) : this.children.length, 0, el);
    el.parentNode = this;
    return el;
  }
  querySelectorAll(selector) {
    const name = selector.slice(1, -1);
    return this.children.flatMap((el) => [...(name in el.attributes ? [el] : []), ...el.querySelectorAll(selector)]);
  }
  querySelector(selector) { return this.querySelectorAll(selector)[0] ?? null; }
}

function build(channels) {
  const body = new El();
  const box = body.insertBefore(new El({ "data-bascule-feed": "/feed.json" }), null);
  for (const channel of channels) {
    const item = box.insertBefore(new El({ "data-bascule-channel": channel }), null);
    item.insertBefore(new El({ "data-bascule-note": "" }), null);
    box.insertBefore(new El(), null); // the white space between two buttons
  }
  return { body, box };
}

function run(input) {
  const { body, box } = build(input.channels);
  const calls = [], timers = [], listeners = {};
  let now = Date.parse(input.now);
  class Xhr {
    open(method, url) { this.url = url; if (input.refuse) { throw new Error("blocked by policy"); } }
    send() { calls.push(this); }
    getResponseHeader(name) { return name === "Date" ? this.date : null; }
  }
  const document = {
    readyState: "complete", hidden: false, activeElement: body,
    querySelectorAll: (selector) => body.querySelectorAll(selector),
    createComment: () => new El(), createElement: () => new El({ "made": "" }),
    addEventListener: (name, act) => { listeners[name] = act; },
  };
  const item = (channel) => body.querySelectorAll("[data-bascule-channel]")
    .find((el) => el.getAttribute("data-bascule-channel") === channel);
  const steps = {
    answer: ({ status = 200, body: text = "", date = null }) => {
      Object.assign(calls.shift(), { status, responseText: text, date }).onloadend();
    },
    wait: (seconds) => { now += seconds * 1000; for (const act of timers.splice(0)) { act.run(); } },
    hide: (hidden) => { document.hidden = hidden; listeners.visibilitychange(); },
    focus: (channel) => { document.activeElement = channel ? item(channel) : body; },
  };
  const RealDate = Date;
  vm.runInNewContext(input.script, {
    document, XMLHttpRequest: Xhr,
    setTimeout: (act, delay) => timers.push({ run: act, delay }),
    Date: { now: () => now, parse: (text) => RealDate.parse(text) },
  });
  return input.steps.map((step) => {
    for (const [name, value] of Object.entries(step)) { steps[name](value); }
    return {
      shown: box.querySelectorAll("[data-bascule-channel]").filter((el) => !el.hidden && el.display !== "none")
        .map((el) => el.getAttribute("data-bascule-channel")),
      notice: body.querySelector("[made]").textContent, live: body.querySelector("[made]").getAttribute("aria-live"),
      notes: box.querySelectorAll("[data-bascule-note]").map((el) => el.textContent).filter(Boolean),
      waiting: calls.length, delay: timers.map((t) => t.delay),
    };
  });
}

let text = "";
process.stdin.on("data", (part) => { text += part; });
process.stdin.on("end", () => { console.log(JSON.stringify(run(JSON.parse(text)))); });
