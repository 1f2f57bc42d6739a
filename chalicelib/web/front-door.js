/* Hides and reorders contact buttons by a feed:
   <ul data-bascule-feed="URL"><li data-bascule-channel="ID">... <i data-bascule-note></i></li></ul>
   Without a fresh feed all buttons show, in the page's own order. */
(function () {
  "use strict";
  var EVERY = 60000, doors = [];

  function each(list, act) { for (var i = 0; i < list.length; i++) { act(list[i], i); } }

  function put(el, text) { if (el && el.textContent !== text) { el.textContent = text; } }

  function show(el, on) {
    if (!on && el.contains(document.activeElement)) { return; }
    el.hidden = !on;
    if (on) { el.style.removeProperty("display"); } else { el.style.setProperty("display", "none", "important"); }
  }

  function find(box) {
    var door = { box: box, items: [], slots: [], skew: 0 };
    each(box.querySelectorAll("[data-bascule-channel]"), function (el) {
      var slot = document.createComment("");
      el.parentNode.insertBefore(slot, el);
      door.slots.push(slot);
      door.items.push(el);
    });
    each(box.querySelectorAll("[data-bascule-note]"), function (el) {
      if (!door.items.some(function (item) { return item.contains(el); })) { door.note = el; }
    });
    if (!door.note) {
      door.note = document.createElement("p");
      box.parentNode.insertBefore(door.note, box.nextSibling);
    }
    door.note.setAttribute("role", "status");
    door.note.setAttribute("aria-live", "polite");
    return door;
  }

  function current(door) {
    var feed = door.feed, age = Date.now() + door.skew - Date.parse(feed && feed.generated_at);
    return feed && feed.schema === 1 && Array.isArray(feed.ways) && Math.abs(age) < feed.max_age * 1000 && feed;
  }

  function apply(door) {
    var feed = current(door) || { ways: [] }, ways = {}, none = { way: {}, at: 1e9 }, order, open;
    each(feed.ways, function (way, i) { ways["$" + way.channel] = { way: way, at: i }; });
    function of(el) { return ways["$" + el.getAttribute("data-bascule-channel")] || none; }
    function closed(el) { return of(el).way.state === "closed"; }
    order = door.items.slice().sort(function (a, b) {
      return of(a).at - of(b).at || door.items.indexOf(a) - door.items.indexOf(b);
    });
    open = door.items.every(closed);
    if (open) { order = door.items; }
    if (!door.box.contains(document.activeElement)) {
      each(door.slots, function (slot, i) {
        if (slot.nextSibling !== order[i]) { slot.parentNode.insertBefore(order[i], slot.nextSibling); }
      });
    }
    each(door.items, function (el) {
      show(el, open || !closed(el));
      put(el.querySelector("[data-bascule-note]"), String(of(el).way.note || ""));
    });
    order = feed.notice || "";
    each(feed.upcoming || [], function (w) { order += " " + w.text; });
    put(door.note, order.trim());
  }

  function safely(door) {
    try { apply(door); } catch (odd) { if (door.feed) { door.feed = null; safely(door); } }
  }

  function read(door) {
    var call = new XMLHttpRequest();
    call.onloadend = function () {
      try {
        if (call.status === 200) {
          door.feed = JSON.parse(call.responseText);
          door.skew = (Date.parse(call.getResponseHeader("Date")) || Date.now()) - Date.now();
        }
      } catch (odd) { door.feed = null; }
      safely(door);
    };
    try {
      call.open("GET", door.box.getAttribute("data-bascule-feed"));
      call.timeout = 8000;
      call.send();
    } catch (odd) { safely(door); }
  }

  function all() { if (!document.hidden) { each(doors, read); } }

  function later() { setTimeout(function () { all(); later(); }, EVERY * (0.75 + Math.random() / 2)); }

  function start() {
    each(document.querySelectorAll("[data-bascule-feed]"), function (box) {
      try { doors.push(find(box)); } catch (odd) { /* it stays as it is */ }
    });
    document.addEventListener("visibilitychange", function () {
      if (!document.hidden) { each(doors, safely); all(); }
    });
    all();
    later();
  }

  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
})();
