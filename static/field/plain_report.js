// 上报: find the place, name its grid before sending, show the same kind of case close by, search among categories.

const form = document.querySelector("form[data-report]");
const told = document.querySelector("script[data-words]");
const words = JSON.parse(told.dataset.words);
const field = (name) => form.elements.namedItem(name);
const part = (name) => form.querySelector(`[data-${name}]`);
let fix = null;
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

function category() {
  const chosen = form.querySelector("input[name=category]:checked");
  return chosen ? chosen.value : "";
}

// Green only once the grid of this point is known; a later point may have been asked about meanwhile.
async function look(tone = "good") {
  const lon = field("lon").value;
  const lat = field("lat").value;
  if (!lon || !lat) return;
  const accuracy = field("picked").value === "no" ? field("accuracy_m").value : "0";
  const turn = ++asked;
  part("fix").dataset.tone = "asking";
  if (category()) piece(`/field/nearby?${new URLSearchParams({ lon, lat, category: category() })}`, part("nearby"));
  const answered = await piece(`/field/place?${new URLSearchParams({ lon, lat, accuracy_m: accuracy })}`, part("named"));
  if (turn !== asked) return;
  part("fix").dataset.tone = answered && !part("named").querySelector(".place-outside") ? tone : "wait";
}

function say(text, tone = "") {
  part("status").textContent = text;
  part("fix").dataset.tone = tone;
}

function place(lon, lat, picked, tone = "good") {
  field("lon").value = lon.toFixed(6);
  field("lat").value = lat.toFixed(6);
  field("picked").value = picked ? "yes" : "no";
  if (marker) marker.setLatLng([lat, lon]);
  look(tone);
}

function found(position) {
  const { longitude, latitude, accuracy } = position.coords;
  fix = { lon: longitude, lat: latitude, accuracy };
  field("accuracy_m").value = field("fix_accuracy_m").value = Math.round(accuracy);
  field("fix_lon").value = longitude.toFixed(6);
  field("fix_lat").value = latitude.toFixed(6);
  const coarse = accuracy > 100;
  say((coarse ? words.coarse : words.accuracy).replace("{m}", Math.round(accuracy)), "asking");
  place(longitude, latitude, false, coarse ? "wait" : "good");
  if (map) map.setView([latitude, longitude], 17);
}

function locate() {
  say(words.searching);
  navigator.geolocation.getCurrentPosition(
    found,
    (error) => say(error.code === error.PERMISSION_DENIED ? words.denied : words.none, "wait"),
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 5000 },
  );
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
  form.querySelectorAll("[data-map], [data-centre]").forEach((one) => { one.hidden = false; });
  if (map) return;
  const L = await leaflet();
  map = L.map(part("map"), { attributionControl: false, zoomControl: true, maxZoom: 20 });
  const answer = await fetch("/api/v1/grids.geojson", { credentials: "same-origin" });
  const grids = answer.ok ? await answer.json() : { features: [] };
  const parents = new Set(grids.features.map((grid) => grid.properties.parent_code));
  const own = { ...grids, features: grids.features.filter((grid) => !parents.has(grid.properties.code)) };
  const layer = L.geoJSON(own, { style: { className: "grid-line", weight: 1.5, fillOpacity: 0.06 } }).addTo(map);
  map.on("moveend", () => label(layer));
  const lat = Number(field("lat").value || (fix && fix.lat));
  const lon = Number(field("lon").value || (fix && fix.lon));
  if (lat && lon) map.setView([lat, lon], 17);
  else if (layer.getLayers().length) map.fitBounds(layer.getBounds());
  marker = L.circleMarker(lat && lon ? [lat, lon] : map.getCenter(), { radius: 10, className: "pin" }).addTo(map);
  map.on("click", (event) => take(event.latlng));
  label(layer);
}

function take(point) {
  say(words.picked, "asking");
  place(point.lng, point.lat, true);
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
  look();
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
const again = form.querySelector("[data-again]");
if (again) again.addEventListener("click", locate);
form.querySelector("[data-pick]").addEventListener("click", pick);
// The desk's form has a pin, no cross.
form.querySelector("[data-take]")?.addEventListener("click", () => map && take(map.getCenter()));
if (field("lon").value && field("lat").value) look();
else if (again && "geolocation" in navigator) locate(); // who takes a call does not stand there
else say(words.none, "wait");
