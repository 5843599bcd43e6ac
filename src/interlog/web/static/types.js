// The form of a definition: rows are added without a new page, and what a kind needs is opened.
"use strict";

const focused = document.querySelector("[data-focus]");
if (focused) {
  focused.focus();
}

const form = document.getElementById("definition");
if (form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add]");
    if (button) {
      event.preventDefault();
      addRow(button.dataset.add);
    }
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-kind]")) {
      const more = event.target.closest("[data-row]").querySelector("details");
      if (event.target.value === "choice") {
        more.open = true;
      }
    }
  });
}

// A row of the template takes the next place: "NEW" stands for it in names and ids.
function addRow(kind) {
  const count = form.querySelector(`[data-count="${kind}"]`);
  const place = Number(count.value);
  const row = document.querySelector(`[data-row-of="${kind}"]`).content.cloneNode(true);
  for (const element of row.querySelectorAll("*")) {
    for (const name of ["id", "name", "for", "aria-describedby", "value"]) {
      const value = element.getAttribute(name);
      if (value && /^[fs]?NEW\b/.test(value)) {
        element.setAttribute(name, value.replaceAll("NEW", String(place)));
      }
    }
  }
  const added = row.querySelector("[data-row]");
  form.querySelector(`[data-rows="${kind}"]`).append(row);
  count.value = String(place + 1);
  added.querySelector("input").focus();
}

// A file that the server would refuse is not sent at all.
for (const input of document.querySelectorAll("input[data-most]")) {
  const problem = input.parentElement.querySelector("[data-file-problem]");
  const check = () => {
    const tooLarge = input.files.length > 0 && input.files[0].size > Number(input.dataset.most);
    problem.textContent = tooLarge ? input.dataset.tooLarge : "";
    problem.hidden = !tooLarge;
    return !tooLarge;
  };
  input.addEventListener("change", check);
  input.form.addEventListener("submit", (event) => {
    if (!check()) {
      event.preventDefault();
      input.focus();
    }
  });
}
