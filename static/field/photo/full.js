// A dialog over the whole screen: Escape and the phone's back close it, focus stays in it and goes back afterwards.

import { render } from "../lib/html.js";

const open = [];

/**
 * `content(close, draw)` gives what stands in it; resolves with what was given to close, null when it was left.
 * `closed()` puts away what was used in it, however it ends.
 */
export function full(label, { name = "", content, closed = () => undefined }) {
  const dialog = document.createElement("dialog");
  dialog.className = `full ${name}`;
  dialog.setAttribute("aria-label", label);
  return new Promise((resolve) => {
    let over = false;
    const close = async (value = null) => {
      if (over) return;
      over = true;
      closed();
      if (dialog.open) dialog.close();
      dialog.remove();
      await leave(close);
      resolve(value);
    };
    const draw = () => { if (!over) render(content(close, draw), dialog); };
    dialog.addEventListener("cancel", (event) => { if (event.target === dialog) { event.preventDefault(); close(); } });
    dialog.addEventListener("close", () => close());
    document.body.append(dialog);
    draw();
    dialog.showModal();
    enter(close);
  });
}

// Newer browsers close a dialog by the back button themselves; for the others it is a step of the history.
const stepsBack = () => !("CloseWatcher" in window);

function enter(close) {
  if (!stepsBack()) return;
  history.pushState({ full: open.length + 1 }, "");
  open.push(close);
}

async function leave(close) {
  const at = open.indexOf(close);
  if (at < 0) return;
  open.splice(at, 1);
  if (!history.state?.full) return;
  // Whoever goes on to another screen must not be led back by a step still under way.
  const there = new Promise((done) => { window.addEventListener("popstate", done, { once: true }); setTimeout(done, 500); });
  history.back();
  await there;
}

window.addEventListener("popstate", () => {
  const depth = history.state?.full ?? 0;
  if (open.length > depth) open.at(-1)();
});
