// The map without WebGL: the same grids and points, drawn by Leaflet.

import { hasBase, plain, underPlain } from "./base.js";
import { boundsOf, card, cases, edges, grids, layers, many, words } from "./data.js";
import { into, onShades } from "./shades.js";

function load(address) {
  return new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: address, onload: () => done(window.L), onerror: failed });
    document.head.append(script);
  });
}

// So many labels lie beside each other; of more, each is said where the pointer is, and all in the table.
const MOST_SAID = window.matchMedia("(max-width: 760px)").matches ? 8 : 40;

const room = () => ((edge) => ({ paddingTopLeft: [edge.left, edge.top], paddingBottomRight: [edge.right, edge.bottom] }))(edges());

export async function draw(target, files) {
  const L = await load(files.leaflet);
  const area = await grids();
  const map = L.map(target, { attributionControl: false, maxZoom: 19, zoomControl: false, zoomSnap: hasBase ? 1 : 0.25 });
  L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  underPlain(L, map);
  const shapes = L.geoJSON(area.leaves, { style: { className: hasBase ? "plain-grid plain-clear" : "plain-grid" } }).addTo(map);
  L.geoJSON(area.upper, { style: { className: "plain-upper" }, interactive: false }).addTo(map);
  shapes.eachLayer((shape) => shape.bindTooltip(plain(shape.feature.properties.name)));
  if (area.bbox) map.fitBounds([[area.bbox[1], area.bbox[0]], [area.bbox[3], area.bbox[2]]], room());
  else map.setView([31.85, 119.95], 13);
  const all = new Map([...area.leaves.features, ...area.upper.features].map((grid) => [grid.properties.code, grid]));
  const shades = L.layerGroup().addTo(map);
  onShades((rows) => {
    shades.clearLayers();
    const drawn = rows.filter((row) => all.has(row.code));
    for (const { code, name, step, text } of drawn) {
      L.geoJSON(all.get(code), { style: { className: `plain-shade shade-${step ?? "none"}` } })
        .bindTooltip(plain(`${name} ${text}`), { permanent: drawn.length <= MOST_SAID, direction: "center", className: "plain-value" }).on("click", () => into(code)).addTo(shades);
    }
  }, (codes) => { const box = boundsOf(codes.filter((code) => all.has(code)).map((code) => all.get(code))); if (box) map.fitBounds([[box[1], box[0]], [box[3], box[2]]], room()); });
  const marks = new Map(layers.map((layer) => [layer.key, layer.mark]));
  const points = L.layerGroup().addTo(map);
  const show = (found) => {
    points.clearLayers();
    for (const one of found.points) {
      const face = Object.assign(document.createElement("span"), { className: `mark mark-${one.layer}${one.overdue ? " mark-overdue" : ""}`, textContent: marks.get(one.layer) });
      L.marker([one.at[1], one.at[0]], { icon: L.divIcon({ html: face, className: "", iconSize: [28, 28] }), title: one.category })
        .bindPopup(() => card(one)).addTo(points);
    }
    for (const [lon, lat, count, late] of found.clusters) {
      const face = Object.assign(document.createElement("span"), { className: `cluster num${late ? " cluster-late" : ""}`, textContent: count });
      L.marker([lat, lon], { icon: L.divIcon({ html: face, className: "", iconSize: [44, 44] }), title: many(count, late) })
        .on("click", () => map.setView([lat, lon], Math.min(map.getZoom() + 2, 19))).addTo(points);
    }
  };
  const look = async () => {
    const b = map.getBounds();
    const found = await cases([b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]);
    if (found) show(found);
  };
  map.on("moveend", look);
  document.querySelectorAll("input[name=layer]").forEach((box) => box.addEventListener("change", look));
  await look();
  let outline = null;
  const walked = L.layerGroup().addTo(map);
  const paths = (outings) => {
    walked.clearLayers();
    for (const one of outings) {
      for (const line of one.lines) {
        L.polyline(line.map(([lon, lat]) => [lat, lon]), { className: "plain-path", weight: 4, interactive: false }).addTo(walked);
        line.forEach(([lon, lat, at]) => L.circleMarker([lat, lon], { radius: 4, className: "plain-fix" }).bindTooltip(plain(`${one.number} ${at}`)).addTo(walked));
      }
      if (one.last) L.circleMarker([one.last[1], one.last[0]], { radius: 9, className: "plain-fix" }).bindTooltip(plain(`${one.number} ${one.last[2]}`), { permanent: true, direction: "bottom", className: "plain-value" }).addTo(walked);
    }
  };
  return {
    look,
    paths,
    show,
    pixel: ([lon, lat]) => { const { x, y } = map.latLngToContainerPoint([lat, lon]); return [x, y]; },
    lonLat: (pixel) => { const { lng, lat } = map.containerPointToLatLng(pixel); return [lng, lat]; },
    window: () => { const b = map.getBounds(); return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]; },
    outline: (ring) => { if (outline) outline.remove(); outline = ring && L.polygon(ring.map(([lon, lat]) => [lat, lon]), { className: "plain-area", interactive: false }).addTo(map); },
    fit: (box) => map.fitBounds([[box[1], box[0]], [box[3], box[2]]], room()),
  };
}
