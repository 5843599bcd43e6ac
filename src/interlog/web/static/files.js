// Files: dropped where they belong, and sent with a bar that shows how far that is. Without scripts the form sends them.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target.closest(".file-form");
  if (form && !event.defaultPrevented) {
    event.preventDefault();
    send(form);
  }
});

function send(form) {
  const bar = form.querySelector("progress");
  const button = form.querySelector("button");
  const place = form.closest(".takes-files");
  const sending = new XMLHttpRequest();
  sending.open("POST", form.action);
  sending.responseType = "document";
  sending.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) {
      bar.hidden = false;
      bar.max = event.total;
      bar.value = event.loaded;
    }
  });
  sending.addEventListener("load", () => {
    const answer = sending.response;
    const found = answer && answer.getElementById(place.id);
    if (found) {
      place.replaceWith(found);
      const told = answer.querySelector("#notice .notice");
      document.getElementById("notice").replaceChildren(...(told ? [told] : []));
      (found.querySelector("[aria-invalid]") || found.querySelector(".file"))?.focus();
    } else {
      fail(form, answer && answer.querySelector("main h1"));
    }
  });
  sending.addEventListener("error", () => fail(form, null));
  button.disabled = true;
  sending.send(new FormData(form));
}

function fail(form, told) {
  const problem = form.querySelector(".field-problem");
  problem.textContent = told ? told.textContent : document.getElementById("notice").dataset.failed;
  problem.hidden = false;
  form.querySelector("progress").hidden = true;
  form.querySelector("button").disabled = false;
}

// Dropping: on the part of the page that has the form.

function placeOf(event) {
  const place = event.target.closest?.(".takes-files");
  return place && place.querySelector(".file-form") && event.dataTransfer?.types.includes("Files") ? place : null;
}

document.addEventListener("dragover", (event) => {
  const place = placeOf(event);
  if (place) {
    event.preventDefault();
    place.classList.add("dropping");
  }
});

document.addEventListener("dragleave", (event) => {
  const place = placeOf(event);
  if (place && !place.contains(event.relatedTarget)) {
    place.classList.remove("dropping");
  }
});

document.addEventListener("drop", (event) => {
  const place = placeOf(event);
  if (place) {
    event.preventDefault();
    place.classList.remove("dropping");
    for (const folded of place.querySelectorAll("details")) {
      folded.open = true;
    }
    const form = place.querySelector(".file-form");
    form.elements.file.files = event.dataTransfer.files;
    form.requestSubmit();
  }
});
