// Type-ahead over persons, for forms that work without it too: whoever is chosen becomes a ticked box.
"use strict";

function begin() {
  document.querySelectorAll("[data-place]").forEach(enhance);
  const first = document.querySelector("#problems:not([data-seen]), [data-focus]:not([data-seen])");
  if (first) {
    first.dataset.seen = "yes";
    first.focus();
  }
}

begin();
// A form may also come into a page that is there already.
document.addEventListener("htmx:after:swap", begin);

function enhance(place) {
  const input = place.querySelector("input[data-source]");
  if (input.hasAttribute("role")) {
    return; // it is enhanced: two parts of a page may ask for this script
  }
  const chips = place.querySelector("[data-chips]");
  const list = document.createElement("ul");
  list.className = "found";
  list.id = `${input.id}-found`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label") || input.labels[0].textContent.trim());
  input.after(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  let waiting = 0;
  let asked = 0;
  let at = -1;

  function options() {
    return [...list.querySelectorAll("[role=option]")];
  }

  function point(index) {
    const all = options();
    at = all.length ? (index + all.length) % all.length : -1;
    all.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    if (at >= 0) {
      input.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function close() {
    asked += 1;
    clearTimeout(waiting);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    at = -1;
  }

  async function look() {
    const term = input.value.trim();
    if (!term || /[,;]/.test(term)) {
      close();
      return;
    }
    const mine = (asked += 1);
    const source = new URL(input.dataset.source, location.href);
    source.searchParams.set("q", term);
    const answer = await fetch(source, {
      headers: { "HX-Request": "true" },
    });
    const found = answer.ok ? await answer.text() : "";
    if (mine !== asked) {
      return;
    }
    list.replaceChildren(...new DOMParser().parseFromString(found, "text/html").querySelectorAll("li"));
    options().forEach((option, index) => {
      option.id = `${list.id}-${index}`;
    });
    list.hidden = options().length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    point(0);
  }

  function take(option) {
    const { id, named, label } = option.dataset;
    const kind = id ? place.dataset.picks || "person" : named ? "named" : "new";
    const value = id || named || option.dataset.new;
    const name = place.dataset.name || `${kind}.${place.dataset.role}`;
    if (place.dataset.many === "no") {
      chips.replaceChildren();
    }
    const known = [...chips.querySelectorAll("input")].find((box) => box.name === name && box.value === value);
    if (known) {
      known.checked = true;
    } else {
      const chip = document.createElement("label");
      chip.className = id ? "chip" : "chip unknown";
      const box = document.createElement("input");
      box.type = "checkbox";
      box.name = name;
      box.value = value;
      box.checked = true;
      chip.append(box, ` ${label}`);
      chips.append(chip);
    }
    input.value = "";
    close();
    input.focus();
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) {
      if (event.key === "Backspace" && !input.value && chips.lastElementChild) {
        event.preventDefault();
        chips.lastElementChild.remove();
      }
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      point(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      take(options()[at]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) {
      event.preventDefault();
      take(option);
    }
  });
  input.addEventListener("blur", close);
}
