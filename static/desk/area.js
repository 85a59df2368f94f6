// Drawing an area on the map, by mouse, by touch or (the window that is seen) by keyboard; the list of what lies in it.

import { card, cut, words } from "./data.js";

const MOST = 40; // corners, as many as the server takes
const NEAR = 18; // pixels within which a touch on the first corner closes the line
const LEAST = 8;
const part = document.querySelector("[data-area]");
const find = (name) => part.querySelector(`[data-area-${name}]`);
const SVG = "http://www.w3.org/2000/svg";

const written = (ring) => ring.map(([lon, lat]) => `${lon.toFixed(5)}_${lat.toFixed(5)}`).join("~");
const parsed = (text) => text.split("~").map((corner) => corner.split("_").map(Number)).filter((at) => at.length === 2 && at.every(Number.isFinite));
const boxed = ([west, south, east, north]) => [[west, south], [east, south], [east, north], [west, north]];

// The sheet over the map that takes the pointer while something is drawn; answers the corners in pixels, null: given up.
function drawn(target, how) {
  const sheet = Object.assign(document.createElement("div"), { className: "draw-sheet", tabIndex: 0 });
  const picture = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "polygon");
  picture.append(line);
  sheet.append(picture);
  target.append(sheet);
  sheet.focus();
  let corners = [];
  let from = null;
  const at = (event) => { const box = sheet.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  const show = (more = []) => line.setAttribute("points", [...corners, ...more].map((one) => one.join(",")).join(" "));
  const apart = ([x, y], [z, w]) => Math.hypot(x - z, y - w);
  const square = (to) => [[from[0], from[1]], [to[0], from[1]], [to[0], to[1]], [from[0], to[1]]];
  return new Promise((done) => {
    const end = (found) => { sheet.remove(); find("done").hidden = true; find("done").onclick = find("cancel").onclick = null; find("cancel").hidden = true; done(found); };
    const finish = () => end(corners.length > 2 ? corners : null);
    find("cancel").hidden = false;
    find("cancel").onclick = () => end(null);
    find("done").onclick = finish;
    sheet.addEventListener("keydown", (event) => {
      if (event.key === "Escape") end(null);
      if (event.key === "Enter" && how === "polygon") finish();
    });
    sheet.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      sheet.setPointerCapture(event.pointerId);
      from = at(event);
    });
    sheet.addEventListener("pointermove", (event) => {
      if (how === "rectangle" && from) { corners = []; show(square(at(event))); }
      if (how === "polygon" && corners.length) show([at(event)]);
    });
    sheet.addEventListener("pointerup", (event) => {
      const to = at(event);
      if (how === "rectangle") {
        if (from && Math.min(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])) >= LEAST) end(square(to));
        from = null;
        return;
      }
      if (corners.length > 2 && apart(to, corners[0]) < NEAR) return finish();
      if (!corners.length || apart(to, corners.at(-1)) >= LEAST) corners.push(to);
      show();
      find("done").hidden = corners.length < 3;
      if (corners.length === MOST) finish();
    });
    sheet.addEventListener("dblclick", () => how === "polygon" && finish());
    sheet.addEventListener("pointercancel", () => { from = null; });
  });
}

// `view`: what either map can do (`lonLat`, `window`, `outline`, `fit`).
export function areas(view, target) {
  let asking = null;
  const status = (text) => { find("status").textContent = text; };
  const address = (text) => {
    const here = new URL(location.href);
    if (text) here.searchParams.set("area", text);
    else here.searchParams.delete("area");
    history.replaceState(null, "", here);
  };

  function clear() {
    if (asking) asking.abort();
    view.outline(null);
    address("");
    status("");
    find("found").hidden = find("clear").hidden = true;
  }

  async function list(ring) {
    view.outline(ring);
    const text = written(ring);
    address(text);
    find("clear").hidden = false;
    if (asking) asking.abort();
    asking = new AbortController();
    status(words.loading);
    try {
      const answer = await fetch(`/desk/map/area?${new URLSearchParams({ area: text })}`, { credentials: "same-origin", signal: asking.signal });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      const found = await answer.json();
      status(words.inside.replace("{n}", found.count));
      find("list").href = found.list;
      for (const form of ["csv", "xlsx"]) find(form).href = found[form];
      find("rows").replaceChildren(...found.rows.map((one) => { const line = document.createElement("li"); line.append(card(one)); return line; }));
      find("found").hidden = false;
    } catch (error) {
      if (error.name !== "AbortError") status(words.failed);
    }
  }

  async function draw(how) {
    clear();
    status(how === "rectangle" ? words.drag : words.corners);
    const corners = await drawn(target, how);
    if (corners) await list(corners.map(view.lonLat));
    else status("");
  }

  part.querySelectorAll("[data-draw]").forEach((button) => button.addEventListener("click", () => draw(button.dataset.draw)));
  find("window").addEventListener("click", () => list(boxed(cut(view.window()))));
  find("clear").addEventListener("click", clear);
  const kept = parsed(new URLSearchParams(location.search).get("area") || "");
  if (kept.length < 3) return;
  part.open = true;
  view.fit([0, 1, 0, 1].map((axis, n) => Math[n < 2 ? "min" : "max"](...kept.map((at) => at[axis]))));
  list(kept);
}
