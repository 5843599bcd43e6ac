// The field in the header: what is found while one types is a listbox below it. Without scripts it is a plain form.
"use strict";

const find = document.getElementById("find");
const found = document.getElementById("find-options");

if (find && found) {
  find.setAttribute("role", "combobox");
  find.setAttribute("aria-autocomplete", "list");
  find.setAttribute("aria-controls", found.id);
  find.setAttribute("aria-expanded", "false");
  let at = -1;

  const options = () => [...found.querySelectorAll("[role=option]")];

  const point = (index) => {
    const all = options();
    at = all.length && index >= 0 ? index % all.length : -1;
    all.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    if (at >= 0) {
      find.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    } else {
      find.removeAttribute("aria-activedescendant");
    }
  };

  const show = (open) => {
    found.hidden = !open;
    find.setAttribute("aria-expanded", String(open));
    if (!open) {
      point(-1);
    }
  };

  new MutationObserver(() => {
    point(-1);
    show(document.activeElement === find && find.value.trim() !== "" && options().length > 0);
  }).observe(found, { childList: true });

  find.addEventListener("input", () => {
    if (find.value.trim() === "") {
      show(false);
    }
  });
  find.addEventListener("focus", () => show(find.value.trim() !== "" && options().length > 0));
  find.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !found.hidden) {
      event.preventDefault();
      show(false);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const count = options().length;
      if (count === 0 || find.value.trim() === "") {
        return;
      }
      event.preventDefault();
      show(true);
      point(event.key === "ArrowDown" ? at + 1 : (at < 1 ? count : at) - 1);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      options()[at].click();
    }
  });
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest(".find")) {
      show(false);
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".find")) {
      show(false);
    }
  });
}
