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

// What is asked depends on what was chosen, so the server words it (`data-ask`, from the fields `data-ask-of`); where it
// has no answer the plain question is asked.
async function ask(form, submitter) {
  const { ask: address, askOf, confirm: plain } = form.dataset;
  form.dataset.asking = "yes";
  submitter?.setAttribute("aria-busy", "true");
  const chosen = [...new FormData(form)].filter(([name]) => askOf.split(" ").includes(name));
  const answer = await fetch(`${address}?${new URLSearchParams(chosen)}`, { redirect: "manual" }).catch(() => null);
  const question = answer?.ok ? await answer.text().catch(() => plain) : plain;
  delete form.dataset.asking;
  submitter?.removeAttribute("aria-busy");
  if (!form.isConnected || (question && !window.confirm(question))) return;
  form.dataset.sure = "yes";
  form.requestSubmit(submitter);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const sure = form.dataset.sure;
  delete form.dataset.sure;
  if (form.dataset.ask && !sure) {
    event.preventDefault();
    if (!form.dataset.asking) ask(form, event.submitter);
    return;
  }
  const question = !sure && form.dataset.confirm;
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
