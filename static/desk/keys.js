// Single keys of the desk: what carries aria-keyshortcuts is reached by its key, and pages add keys of their own.
// Never while someone types, with a modifier, or while an input method composes; a form is only ever sent by Ctrl+Enter.

const FIELD = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const own = new Map();

// `act(event)` for a key as `KeyboardEvent.key` names it; it says false where the key is not its own after all.
export function onKey(key, act) { own.set(key, act); }

// Whether what is typed now goes into a field.
export function inField(target = document.activeElement) { return Boolean(target && target.matches && target.matches(FIELD)); }

export const byKey = (key) => document.querySelector(`[aria-keyshortcuts="${CSS.escape(key)}"]`);

// Lead to an element: a move's form opens and waits, a field takes the focus, anything else is clicked.
export function reach(element) {
  if (element.matches("summary")) {
    const details = element.parentElement;
    // at once: what is told of the one before comes later on a busy machine, and would close this one
    if (details.matches(".move")) details.parentElement.querySelectorAll("details.move[open]").forEach((other) => { other.open = other === details; });
    details.open = true;
    const form = details.querySelector("form") || details;
    const first = form.querySelector("input[type=radio]:checked") || form.querySelector("input:not([type=hidden]), textarea, select, button");
    first.focus();
    details.scrollIntoView({ block: "nearest" });
  } else if (inField(element)) {
    const folded = element.closest("details");
    if (folded) folded.open = true;
    element.focus();
    if (element.select) element.select();
  } else {
    element.click();
  }
}

// What is being fetched and may not be reached yet.
const onItsWay = () => document.querySelector("[aria-busy][inert]");

function submit(event) {
  const form = event.target.closest && event.target.closest("form");
  const button = form && form.querySelector("button[type=submit]:enabled");
  if (!inField(event.target) && onItsWay()) {
    // nobody has seen yet what would be sent
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("desk:unready"));
    return;
  }
  if (!button) return;
  event.preventDefault();
  form.requestSubmit(button);
}

// Esc leaves a field for what is around it, so that single keys work again.
function leave(event) {
  const move = event.target.closest("details.move");
  if (move) move.querySelector("summary").focus();
  else event.target.blur();
  document.dispatchEvent(new CustomEvent("desk:left"));
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { submit(event); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (inField(event.target)) {
    if (event.key === "Escape") leave(event);
    return;
  }
  const act = own.get(event.key);
  if (act) {
    if (act(event) !== false) event.preventDefault();
    return;
  }
  const element = byKey(event.key);
  const coming = onItsWay();
  if (coming && (!element || coming.contains(element))) {
    // meant for what is being fetched, never for what still stands there
    document.dispatchEvent(new CustomEvent("desk:early", { detail: event.key }));
    return;
  }
  if (!element || element.disabled) return;
  event.preventDefault();
  reach(element);
});

const help = document.querySelector("[data-keys]");
if (help) {
  help.hidden = false;
  help.addEventListener("click", () => document.getElementById("keys").showModal());
}
