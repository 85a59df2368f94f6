// A form that was refused is the answer to a form: going back to it, or reloading, would ask to send it again. Here the
// answer takes the address of the page the form stood on, and that page, opened again, has what was typed.

const REFUSED = new Set([403, 409, 422]);
const TYPED = "input:not([type=hidden]):not([type=password]):not([type=file]), textarea, select";

const path = (form) => new URL(form.getAttribute("action") || location.href, location.href).pathname;
const fields = (form) => [...form.querySelectorAll(TYPED)].filter((field) => field.name && !field.disabled);
const ticks = (field) => field.type === "radio" || field.type === "checkbox";

// [name, value] of each field, of ticks those that are set.
const written = (form) => fields(form).filter((field) => !ticks(field) || field.checked).map((field) => [field.name, field.value]);

function fill(form, typed) {
  const left = [...typed];
  for (const field of fields(form)) {
    const at = left.findIndex(([name, value]) => name === field.name && (!ticks(field) || value === field.value));
    if (ticks(field)) field.checked = at >= 0;
    else if (at >= 0) field.value = left[at][1];
    if (at >= 0) left.splice(at, 1);
  }
  for (let folded = form.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
}

const posted = (sent) => [...document.forms].find((form) => form.method === "post" && path(form) === sent);

// Once it is sent it is no more what waits here; refused again, the next answer keeps it.
const forget = () => history.replaceState(null, "");

function begin() {
  const [way] = performance.getEntriesByType("navigation");
  const came = document.referrer && new URL(document.referrer);
  const sent = location.pathname;
  const form = REFUSED.has(way?.responseStatus) && came?.origin === location.origin ? posted(sent) : null;
  if (form) {
    const keep = () => history.replaceState({ sent, typed: written(form) }, "", came.href);
    form.action = form.action; // where it leads is said, before the address is another
    keep();
    form.addEventListener("change", keep);
    form.addEventListener("submit", forget);
    return;
  }
  const kept = history.state?.typed && posted(history.state.sent);
  if (!kept) return;
  fill(kept, history.state.typed);
  kept.addEventListener("submit", forget);
}

begin();
