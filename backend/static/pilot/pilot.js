// Small helps on top of pages that work without them: failures are said aloud, menus close, forms send once.
"use strict";

(() => {
  const say = (text) => {
    const place = document.getElementById("notices");
    const box = document.createElement("div");
    box.className = "message error";
    box.setAttribute("role", "alert");
    box.textContent = text;
    place.replaceChildren(box);
    box.scrollIntoView({ block: "nearest" });
  };
  const words = document.body.dataset;

  document.body.addEventListener("htmx:responseError", () => say(words.failed));
  document.body.addEventListener("htmx:sendError", () => say(words.unreachable));

  // After a part of the page was replaced, the keyboard goes on where the eye is.
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const next = event.detail.elt.querySelector("[aria-invalid='true'], [data-focus]");
    if (next) {
      next.focus();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) {
      window.print();
    }
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      return;
    }
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A plain form that was sent is not sent again by a second click.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) {
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
    }
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
    }
  });

  window.addEventListener("beforeprint", () => {
    document.querySelectorAll(".answers details, .years > details").forEach((part) => (part.open = true));
  });
})();
