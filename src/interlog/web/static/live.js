// What is stored while the page is open appears on it, through whichever protocol it came.
"use strict";

(() => {
  const place = document.getElementById("live");
  if (!place || !window.EventSource) {
    return;
  }
  const root = document.body.dataset.root;
  const told = document.getElementById("live-told");
  let position = place.dataset.live;
  let source = null;
  let refreshing = 0;

  function connect() {
    if (source || document.hidden) {
      return;
    }
    source = new EventSource(`${root}/events?after=${encodeURIComponent(position)}`);
    const on = (name, work) =>
      source.addEventListener(name, (event) => {
        position = event.lastEventId || position;
        place.dataset.live = position;
        work(event);
      });
    on("begin", () => place.setAttribute("data-connected", ""));
    on("interactions", async (event) => {
      for (const number of JSON.parse(event.data)) {
        await show(number);
      }
    });
    on("many", () => {
      clearTimeout(refreshing);
      refreshing = setTimeout(refresh, 2000);
    });
    source.addEventListener("error", () => {
      if (source && source.readyState === EventSource.CLOSED) {
        disconnect();
        setTimeout(connect, 10000);
      }
    });
  }

  // A browser holds few connections to a server: pages that nobody looks at give theirs back.
  function disconnect() {
    if (source) {
      source.close();
      source = null;
      place.removeAttribute("data-connected");
    }
  }

  async function show(number) {
    const answer = await fetch(`${root}/entries/${number}`, { headers: { "HX-Request": "true" } });
    const before = place.querySelector(`[data-entry="${number}"]`);
    const isOpen = before && before.querySelector(".entry-body:not(:empty)");
    if (answer.status === 404) {
      remove(before);
      return;
    }
    if (!answer.ok || isOpen) {
      return; // whoever is reading an entry goes on reading it
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const day = page.querySelector("section.day");
    const entry = day && day.querySelector("[data-entry]");
    if (!entry) {
      return;
    }
    remove(before);
    put(document.adoptNode(day), entry);
    if (!before) {
      told.textContent = `${told.dataset.text} ${entry.querySelector(".entry-title").textContent.trim()}`;
    }
  }

  function remove(entry) {
    if (entry) {
      const day = entry.closest("section.day");
      entry.remove();
      if (!day.querySelector("[data-entry]")) {
        day.remove();
      }
    }
  }

  function put(day, entry) {
    const isPlanned = entry.classList.contains("planned");
    const list = place.querySelector(`[data-list="${isPlanned ? "coming" : "lately"}"]`);
    const way = isPlanned ? 1 : -1;
    const at = (element) => Number(element.dataset.at);
    const all = [...list.querySelectorAll("[data-entry]")];
    const last = all[all.length - 1];
    const most = isPlanned ? 8 : 20;
    const fortnight = (Date.now() + 14 * 86400000) * 1000;
    if ((last && all.length >= most && way * (at(entry) - at(last)) > 0) || (isPlanned && at(entry) > fortnight)) {
      return;
    }
    for (const empty of list.querySelectorAll(".empty")) {
      empty.remove();
    }
    entry.classList.add("fresh");
    const known = list.querySelector(`[data-day="${day.dataset.day}"]`);
    if (known) {
      const behind = [...known.querySelectorAll("[data-entry]")].find((one) => way * (at(one) - at(entry)) > 0);
      known.querySelector("ol").insertBefore(entry, behind || null);
    } else {
      const heading = list.querySelector(".day-name");
      if (isPlanned && day.querySelector("h2")) {
        const smaller = document.createElement("h3");
        smaller.className = (heading || day.querySelector("h2")).className;
        smaller.textContent = day.querySelector("h2").textContent;
        day.querySelector("h2").replaceWith(smaller);
      }
      const days = [...list.querySelectorAll("section.day")];
      const following = days.find((one) => way * one.dataset.day.localeCompare(day.dataset.day) > 0);
      list.insertBefore(day, following || null);
    }
    htmx.process(known ? entry : day);
  }

  async function refresh() {
    const answer = await fetch(`${root}/`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const list of place.querySelectorAll("[data-list]")) {
      const fresh = page.querySelector(`[data-list="${list.dataset.list}"]`);
      if (fresh) {
        list.replaceChildren(...fresh.childNodes);
        htmx.process(list);
      }
    }
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", connect);
  connect();
})();
