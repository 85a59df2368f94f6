// Pictures of a case, large: arrow keys from one to the next, wheel, pinch and + − to zoom, drag to move.

const dialog = document.querySelector("#zoom");
const opened = [...document.querySelectorAll("a[data-zoom]")];
const most = 8;
const stage = dialog.querySelector(".zoom-stage");
const image = stage.querySelector("img");
const part = (name) => dialog.querySelector(name);
const fingers = new Map();
let at = 0;
let view = { scale: 1, x: 0, y: 0 };

function draw() {
  image.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
  stage.classList.toggle("zoom-in", view.scale > 1);
}

// A larger picture grows about the point under pointer or fingers, measured from the middle of the stage.
function zoom(by, x = 0, y = 0) {
  const scale = Math.min(most, Math.max(1, view.scale * by));
  const grown = scale / view.scale;
  view = scale === 1 ? { scale: 1, x: 0, y: 0 } : { scale, x: x - (x - view.x) * grown, y: y - (y - view.y) * grown };
  draw();
}

function show(index) {
  at = (index + opened.length) % opened.length;
  const link = opened[at];
  view = { scale: 1, x: 0, y: 0 };
  image.src = link.href;
  image.alt = link.querySelector("img").alt;
  part(".zoom-title").textContent = link.dataset.zoom;
  part(".zoom-count").textContent = `${at + 1} / ${opened.length}`;
  part("a[data-original]").href = link.dataset.original;
  const told = [...link.closest("figure").querySelectorAll("[data-told]")].map((one) => {
    const time = one.querySelector("time");
    return time ? `${time.title} ${time.nextSibling?.textContent.trim() ?? ""}` : one.textContent.trim();
  });
  part(".zoom-told").textContent = told.join(" · ");
  draw();
}

function fromMiddle(event) {
  const box = stage.getBoundingClientRect();
  return [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
}

opened.forEach((link, index) => link.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(index);
  dialog.showModal();
}));
dialog.querySelectorAll("[data-step]").forEach((button) => {
  button.hidden = opened.length < 2;
  button.addEventListener("click", () => show(at + Number(button.dataset.step)));
});
part("[data-close]").addEventListener("click", () => dialog.close());
part("[data-larger]").addEventListener("click", () => zoom(1.5));
part("[data-smaller]").addEventListener("click", () => zoom(1 / 1.5));
const keys = { ArrowLeft: () => show(at - 1), ArrowRight: () => show(at + 1), "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), 0: () => zoom(0) };
dialog.addEventListener("keydown", (event) => {
  if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  keys[event.key]();
});
stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, ...fromMiddle(event));
}, { passive: false });
stage.addEventListener("dblclick", (event) => zoom(view.scale > 1 ? 0 : 2.5, ...fromMiddle(event)));
stage.addEventListener("pointerdown", (event) => {
  fingers.set(event.pointerId, event);
  stage.setPointerCapture(event.pointerId);
});
stage.addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const other = [...fingers.values()].find((one) => one.pointerId !== event.pointerId);
  if (other) {
    const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    zoom(apart(event) / Math.max(apart(before), 1), ...fromMiddle(other));
  } else if (view.scale > 1) {
    view = { ...view, x: view.x + event.clientX - before.clientX, y: view.y + event.clientY - before.clientY };
    draw();
  }
  fingers.set(event.pointerId, event);
});
["pointerup", "pointercancel"].forEach((name) => stage.addEventListener(name, (event) => fingers.delete(event.pointerId)));
