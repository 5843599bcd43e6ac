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
    return;
  }
  if (isTyping(event.target)) {
    return;
  }
  const keys = before ? `${before} ${event.key}` : event.key;
  before = event.key === "g" && !before ? "g" : "";
  if (event.key === "?") {
    showKeys();
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
  let dialog = document.getElementById("keys");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "keys";
    dialog.className = "card";
    const list = document.createElement("dl");
    list.className = "facts";
    for (const target of document.querySelectorAll("[data-key]")) {
      const key = document.createElement("dt");
      const code = document.createElement("kbd");
      code.textContent = target.dataset.key;
      key.append(code);
      const what = document.createElement("dd");
      what.textContent = target.getAttribute("aria-label") || target.placeholder || target.textContent.trim();
      list.append(key, what);
    }
    dialog.append(list);
    document.body.append(dialog);
    dialog.addEventListener("click", () => dialog.close());
  }
  dialog.showModal();
}

// An entry of a timeline that is open closes where it was opened.
document.addEventListener(
  "click",
  (event) => {
    const title = event.target.closest(".entry-title[hx-get]");
    const body = title && document.querySelector(title.getAttribute("hx-target"));
    if (!body || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    const isOpen = body.childElementCount > 0;
    title.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) {
      event.preventDefault();
      event.stopImmediatePropagation();
      body.replaceChildren();
    }
  },
  true,
);

// A menu closes when something else is clicked.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  }
});
