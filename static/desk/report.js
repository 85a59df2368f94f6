// Registering a problem that somebody told: the point on the map, the grid it lies in, search among categories.

const form = document.querySelector("form[data-report]");
const told = document.querySelector("script[data-words]");
const words = JSON.parse(told.dataset.words);
const field = (name) => form.elements.namedItem(name);
const part = (name) => form.querySelector(`[data-${name}]`);
let map = null;
let marker = null;
let asked = 0;
const NAMES = 8; // more names than these at once lie over each other

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

function leaflet() {
  if (window.L) return Promise.resolve(window.L);
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = told.dataset.leaflet;
    script.onload = () => done(window.L);
    script.onerror = failed;
    document.head.append(script);
  });
}

async function pick() {
  part("map").hidden = false;
  if (map) return;
  const L = await leaflet();
  map = L.map(part("map"), { attributionControl: false, zoomControl: true, maxZoom: 20 });
  const answer = await fetch("/api/v1/grids.geojson", { credentials: "same-origin" });
  const grids = answer.ok ? await answer.json() : { features: [] };
  const parents = new Set(grids.features.map((grid) => grid.properties.parent_code));
  const own = { ...grids, features: grids.features.filter((grid) => !parents.has(grid.properties.code)) };
  const layer = L.geoJSON(own, { style: { className: "grid-line", weight: 1.5, fillOpacity: 0.06 } }).addTo(map);
  map.on("moveend", () => label(layer));
  const lat = Number(field("lat").value);
  const lon = Number(field("lon").value);
  if (lat && lon) map.setView([lat, lon], 17);
  else if (layer.getLayers().length) map.fitBounds(layer.getBounds());
  marker = L.circleMarker(lat && lon ? [lat, lon] : map.getCenter(), { radius: 10, className: "pin" }).addTo(map);
  map.on("click", (event) => take(event.latlng));
  label(layer);
}

function take(point) {
  say(words.picked, "asking");
  field("lon").value = point.lng.toFixed(6);
  field("lat").value = point.lat.toFixed(6);
  field("picked").value = "yes";
  marker.setLatLng(point);
  look();
}

// The names of the grids in view stand on the map, where they are few enough to be read.
function label(layer) {
  const seen = layer.getLayers().filter((shape) => map.getBounds().intersects(shape.getBounds()));
  layer.eachLayer((shape) => shape.unbindTooltip());
  if (seen.length > NAMES) return;
  seen.forEach((shape) => shape.bindTooltip(shape.feature.properties.name, { permanent: true, direction: "center", className: "grid-name" }));
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
