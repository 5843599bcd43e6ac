// What the pages can do with scripts: keys, menus that close, and the word that shows that a form is ours.
"use strict";

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-Form-Key"] = document.body.dataset.formKey || "";
});

// Keys: one letter, or g and one more, by the data-key of links and fields. ? lists them.
let before = "";

function isTyping(element) {
  return element.isContentEditable || /^(input|select|textarea)$/i.test(element.tagName);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
    return;
  }
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    if (isTyping(event.target)) {
      event.target.blur(); // so that keys are keys again
    }
    return;
  }
  if (isTyping(event.target)) {
    return;
  }
  if (document.querySelector("dialog[open]")) {
    return;
  }
  const keys = before ? `${before} ${event.key}` : event.key;
  before = event.key === "g" && !before ? "g" : "";
  if (event.key === "?") {
    showKeys();
    return;
  }
  if (keys === "j" || keys === "k") {
    step(keys === "j" ? 1 : -1);
    return;
  }
  for (const target of document.querySelectorAll("[data-key]")) {
    if (target.dataset.key === keys) {
      event.preventDefault();
      if (isTyping(target)) {
        target.focus();
      } else {
        target.click();
      }
      return;
    }
  }
});

function showKeys() {
  const dialog = document.getElementById("keys");
  if (!dialog) {
    return;
  }
  const list = dialog.querySelector("dl");
  for (const old of list.querySelectorAll(".of-page")) {
    old.remove();
  }
  for (const target of [...document.querySelectorAll("[data-key]")].reverse()) {
    const row = document.createElement("div");
    row.className = "of-page";
    const code = document.createElement("kbd");
    code.textContent = target.dataset.key;
    const key = document.createElement("dt");
    key.append(code);
    const what = document.createElement("dd");
    what.textContent = target.getAttribute("aria-label") || target.placeholder || target.textContent.trim();
    row.append(key, what);
    list.prepend(row);
  }
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#show-keys")) {
    showKeys();
  }
});

// j and k go from entry to entry; Enter opens the one that is reached, as any link.
function step(way) {
  const all = [...document.querySelectorAll("main .entry-title")];
  const at = all.findIndex((title) => title.closest(".entry").contains(document.activeElement));
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + way, 0), all.length - 1)];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

// What is loading, and what did not come.
const busy = document.getElementById("busy");
let waiting = 0;
let soon = 0;

document.addEventListener("htmx:before:request", () => {
  waiting += 1;
  clearTimeout(soon);
  soon = setTimeout(() => (busy.hidden = waiting === 0), 150);
});

document.addEventListener("htmx:finally:request", () => {
  waiting = Math.max(waiting - 1, 0);
  if (waiting === 0) {
    clearTimeout(soon);
    busy.hidden = true;
  }
});

function tell(what) {
  const notice = document.getElementById("notice");
  const text = document.createElement("p");
  text.className = "problem";
  text.textContent = notice.dataset[what];
  notice.replaceChildren(text);
}

document.addEventListener("htmx:response:error", (event) => {
  const status = event.detail.ctx.response.status;
  if (status !== 422 && status !== 409) {
    tell(status === 404 ? "gone" : status === 403 ? "refused" : "failed");
  }
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx && !event.detail.ctx.response) {
    tell("unreachable");
  }
});
window.addEventListener("offline", () => tell("unreachable"));
window.addEventListener("online", () => document.getElementById("notice").replaceChildren());

// An entry of a timeline that is open closes where it was opened.
document.addEventListener(
  "click",
  (event) => {
    const title = event.target.closest(".entry-title[hx-get]");
    const body = title && document.querySelector(title.getAttribute("hx-target"));
    if (!body || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    if (body.childElementCount > 0) {
      title.setAttribute("aria-expanded", "false");
      event.preventDefault();
      event.stopImmediatePropagation();
      body.replaceChildren();
    }
  },
  true,
);

document.addEventListener("htmx:after:swap", () => {
  for (const body of document.querySelectorAll(".entry-body:not(:empty)")) {
    body.closest(".entry").querySelector(".entry-title").setAttribute("aria-expanded", "true");
  }
});

// A menu closes when something else is clicked.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  }
});

// Where the server cannot be reached, the browser shows a page of ours.
if (navigator.serviceWorker && document.body.dataset.formKey) {
  const root = document.body.dataset.root;
  navigator.serviceWorker.register(`${root}/static/offline.js`, { scope: `${root}/` }).catch(() => {});
}
