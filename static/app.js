// Small manners of every page: CSRF for htmx and fetch, the theme, questions before what cannot be undone,
// buttons that count once, menus that close, refused forms that are there again.

import "./again.js";

const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

// Same-origin fetch with the token; pages import it from here.
export function send(url, options = {}) {
  const headers = new Headers(options.headers);
  headers.set("X-CSRFToken", csrf());
  return fetch(url, { credentials: "same-origin", ...options, headers });
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrf();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = form.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    return;
  }
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) {
    event.preventDefault(); // a wet double touch counts once
    return;
  }
  form.dataset.sent = "yes";
  form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-busy", "true"));
});

// The browser's «back» may show a page whose form was already sent once.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
});

document.querySelectorAll("[data-theme-choice] input").forEach((input) => {
  input.addEventListener("change", () => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${input.value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    location.reload();
  });
});

document.querySelectorAll("[data-fill]").forEach((button) => {
  button.addEventListener("click", () => {
    document.getElementById("username").value = button.dataset.fill;
    document.getElementById("password").focus();
  });
});

// Filters apply at once: a select of a form marked data-auto sends it.
document.querySelectorAll("form[data-auto] select").forEach((select) => {
  select.addEventListener("change", () => select.form.requestSubmit());
});

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});
