// Registering a problem that somebody told: the point on the map, the grid it lies in, search among categories.

import { leaflet, pointMap } from "./picking.js";

const form = document.querySelector("form[data-report]");
const told = document.querySelector("script[data-words]");
const words = JSON.parse(told.dataset.words);
const field = (name) => form.elements.namedItem(name);
const part = (name) => form.querySelector(`[data-${name}]`);
let opened = false;
let asked = 0;

async function piece(path, target) {
  try {
    const answer = await fetch(path, { credentials: "same-origin", headers: { Accept: "text/html" } });
    // A session that has ended answers with the page to sign in: that is no piece of this one.
    target.innerHTML = answer.ok && !answer.redirected ? await answer.text() : "";
    return target.innerHTML !== "";
  } catch {
    target.textContent = "";
    return false;
  }
}

// Green only once the grid of this point is known; a later point may have been asked about meanwhile.
async function look() {
  const lon = field("lon").value;
  const lat = field("lat").value;
  if (!lon || !lat) return;
  const turn = ++asked;
  part("fix").dataset.tone = "asking";
  const answered = await piece(`/desk/place?${new URLSearchParams({ lon, lat })}`, part("named"));
  if (turn !== asked) return;
  part("fix").dataset.tone = answered && !part("named").querySelector(".place-outside") ? "good" : "wait";
}

function say(text, tone = "") {
  part("status").textContent = text;
  part("fix").dataset.tone = tone;
}

async function pick() {
  part("map").hidden = false;
  if (opened) return;
  opened = true;
  const [lon, lat] = [Number(field("lon").value), Number(field("lat").value)];
  await pointMap(await leaflet(told.dataset.leaflet), part("map"), lat && lon ? [lon, lat] : null, take);
}

function take(lon, lat) {
  say(words.picked, "asking");
  field("lon").value = lon;
  field("lat").value = lat;
  field("picked").value = "yes";
  look();
}

function choose() {
  const chosen = form.querySelector("input[name=category]:checked");
  if (!chosen) return;
  const line = part("chosen");
  line.hidden = false;
  line.querySelector("span").textContent = chosen.nextElementSibling.textContent;
}

function search(text) {
  const wanted = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let any = false;
  form.querySelectorAll(".pick-class").forEach((group) => {
    let hits = 0;
    group.querySelectorAll(".pick-one").forEach((one) => {
      const hit = wanted.every((word) => one.dataset.words.includes(word));
      one.hidden = !hit;
      hits += hit;
    });
    group.hidden = hits === 0;
    if (wanted.length) group.open = hits > 0;
    any = any || hits > 0;
  });
  part("none").hidden = any;
}

const box = form.querySelector(".pick-search");
box.hidden = false;
box.querySelector("input").addEventListener("input", (event) => search(event.target.value));
box.querySelector("input").addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
form.addEventListener("change", (event) => {
  if (event.target.name === "category") choose();
  if (event.target.name === "lon" || event.target.name === "lat") {
    field("picked").value = "yes";
    look();
  }
});

part("ways").hidden = part("fix").hidden = false;
form.querySelector("[data-pick]").addEventListener("click", pick);
if (field("lon").value && field("lat").value) look();
else say(words.none, "wait");
