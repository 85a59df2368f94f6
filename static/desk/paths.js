// Running outings: a line for each of ours on them and where each squad was last; only when asked for, and then again
// every few minutes, since phones send their path in pieces. Every look is kept by the server.

import { words } from "./data.js";

const AGAIN_MS = 5 * 60_000;
const part = document.querySelector("[data-paths]");

export function paths(view) {
  if (!part) return; // who directs no outing sees none
  const find = (name) => part.querySelector(`[data-paths-${name}]`);
  const status = (text) => { find("status").textContent = text; };
  let waiting = null;

  function row(one) {
    const line = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: one.url, textContent: `${one.number} ${one.campaign}` });
    const last = one.last ? (one.last[3] ? words.last_record : words.last_fix).replace("{at}", one.last[2]) : words.no_fix;
    line.append(link, Object.assign(document.createElement("div"), { className: "form-hint num", textContent: `${words.set_out.replace("{at}", one.started)} · ${last}` }));
    return line;
  }

  async function ask() {
    clearTimeout(waiting);
    status(words.loading);
    try {
      const answer = await fetch("/desk/map/paths", { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      const found = await answer.json();
      view.paths(found.outings);
      find("rows").replaceChildren(...found.outings.map(row));
      status(found.outings.length ? words.out_at.replace("{at}", found.at) : words.none_out);
      waiting = setTimeout(() => (document.hidden ? hide() : ask()), AGAIN_MS);
    } catch {
      hide();
      status(words.unknown);
      return;
    }
    find("hide").hidden = false;
  }

  // Nobody's way stays on a screen that nobody looks at.
  function hide() {
    clearTimeout(waiting);
    view.paths([]);
    find("rows").replaceChildren();
    find("hide").hidden = true;
    status("");
  }

  find("show").addEventListener("click", ask);
  find("hide").addEventListener("click", hide);
}
