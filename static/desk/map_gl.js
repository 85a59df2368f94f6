// The map with WebGL: grids as lines, cases as points with a letter, many close together as one number.

import { hasBase, under } from "./base.js";
import { boundsOf, card, cases, colour, edges, grids, layers, many, words } from "./data.js";
import { into, onShades } from "./shades.js";

const collection = (features) => ({ type: "FeatureCollection", features });
const feature = (at, properties) => ({ type: "Feature", geometry: { type: "Point", coordinates: at }, properties });
const EMPTY = collection([]);
const MOST = 999;
const said = (count) => (count > MOST ? `${MOST}+` : String(count));
const SIZE = 30;

// A point: a letter in a disc, a red edge when it is overdue; drawn here so that no file of fonts is needed.
function mark(letter, fill, edge) {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIZE * 2, height: SIZE * 2 });
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  pen.beginPath();
  pen.arc(SIZE / 2, SIZE / 2, SIZE / 2 - 3, 0, 7);
  pen.fillStyle = fill;
  pen.fill();
  pen.lineWidth = edge ? 4 : 2;
  pen.strokeStyle = edge || colour("surface");
  pen.stroke();
  pen.fillStyle = colour("surface");
  pen.font = `600 ${SIZE * 0.42}px sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(letter, SIZE / 2, SIZE / 2 + 0.5);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function disc(count) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 88, height: 88 });
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  pen.beginPath();
  pen.arc(22, 22, 19, 0, 7);
  pen.fillStyle = colour("accent");
  pen.globalAlpha = 0.92;
  pen.fill();
  pen.globalAlpha = 1;
  pen.lineWidth = 3;
  pen.strokeStyle = colour("surface");
  pen.stroke();
  pen.fillStyle = colour("surface");
  pen.font = "600 14px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(count, 22, 22);
  return pen.getImageData(0, 0, 88, 88);
}

// Of many together some are overdue: a red edge around the disc, and a mark for who does not see the colour.
function alarm() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 104, height: 104 });
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  pen.lineWidth = 3.5;
  pen.strokeStyle = colour("late");
  pen.beginPath();
  pen.arc(26, 26, 21, 0, 7);
  pen.stroke();
  pen.fillStyle = colour("late");
  pen.beginPath();
  pen.arc(42, 10, 9, 0, 7);
  pen.fill();
  pen.fillStyle = colour("surface");
  pen.font = "600 14px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText("!", 42, 10.5);
  return pen.getImageData(0, 0, 104, 104);
}

// Where there is nothing to tell: no colour of a class, and no nought.
function hatched() {
  const side = 16;
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const pen = canvas.getContext("2d");
  pen.strokeStyle = colour("ink-2");
  pen.globalAlpha = 0.5;
  pen.lineWidth = 2;
  for (const from of [-side / 2, side / 2, side * 1.5]) {
    pen.beginPath();
    pen.moveTo(from - side / 2, side);
    pen.lineTo(from + side / 2, 0);
    pen.stroke();
  }
  return pen.getImageData(0, 0, side, side);
}

function nameMark(text) {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  pen.font = "24px sans-serif";
  canvas.width = Math.ceil(pen.measureText(text).width) + 12;
  canvas.height = 36;
  pen.font = "24px sans-serif";
  pen.textBaseline = "middle";
  pen.lineWidth = 6;
  pen.strokeStyle = colour("surface");
  pen.strokeText(text, 6, 18);
  pen.fillStyle = colour("ink-2");
  pen.fillText(text, 6, 18);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

export async function draw(target, files) {
  const gl = await import(files.maplibre);
  gl.setWorkerUrl(new URL(files.worker, location.href).href);
  const area = await grids();
  const map = new gl.Map({
    container: target,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    style: { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": colour("surface-2") } }] },
    bounds: area.bbox || [119.9, 31.8, 120, 31.9],
    fitBoundsOptions: { padding: edges() },
    maxZoom: 19,
    locale: { "NavigationControl.ZoomIn": words.zoom_in, "NavigationControl.ZoomOut": words.zoom_out },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new gl.NavigationControl({ showCompass: false }), "top-left");
  map.addControl(new gl.ScaleControl({}), "bottom-left");
  await new Promise((done) => { map.once("load", done); });
  for (const layer of layers) {
    map.addImage(`case:${layer.key}`, mark(layer.mark, colour(`mark-${layer.key}`), ""), { pixelRatio: 2 });
    map.addImage(`late:${layer.key}`, mark(layer.mark, colour(`mark-${layer.key}`), colour("late")), { pixelRatio: 2 });
  }
  // Images asked for while a tile is laid out come too late for it: those of points drawn together by the map itself are made now.
  const disced = (name) => { if (!map.hasImage(`many:${name}`)) map.addImage(`many:${name}`, disc(name), { pixelRatio: 2 }); };
  for (let n = 2; n <= 200; n += 1) disced(String(n));
  for (const grid of area.leaves.features) {
    const id = `name:${grid.properties.name}`;
    if (!map.hasImage(id)) map.addImage(id, nameMark(grid.properties.name), { pixelRatio: 2 });
  }
  map.addSource("grids", { type: "geojson", data: area.leaves });
  map.addSource("upper", { type: "geojson", data: area.upper });
  map.addSource("cases", { type: "geojson", data: EMPTY, cluster: true, clusterRadius: 36, clusterMaxZoom: 15, clusterProperties: { late: ["+", ["case", ["get", "overdue"], 1, 0]] } });
  map.addSource("clusters", { type: "geojson", data: EMPTY });
  map.addLayer({ id: "fill", type: "fill", source: "grids", paint: { "fill-color": colour("surface"), "fill-opacity": hasBase ? 0 : 1 } });
  under(gl, map, "fill", colour);
  map.addSource("shades", { type: "geojson", data: EMPTY });
  map.addLayer({ id: "shades", type: "fill", source: "shades", paint: { "fill-color": ["get", "colour"], "fill-opacity": hasBase ? 0.6 : 0.85 } });
  map.addImage("hatched", hatched(), { pixelRatio: 2 });
  map.addLayer({ id: "untold", type: "fill", source: "shades", filter: ["!", ["get", "told"]], paint: { "fill-pattern": "hatched" } });
  map.addLayer({ id: "lines", type: "line", source: "grids", paint: { "line-color": colour("ink-2"), "line-opacity": 0.35, "line-width": 1 } });
  map.addLayer({ id: "upper", type: "line", source: "upper", paint: { "line-color": colour("accent"), "line-opacity": 0.7, "line-width": 2 } });
  map.addLayer({ id: "names", type: "symbol", source: "grids", minzoom: 13, layout: { "icon-image": ["concat", "name:", ["get", "name"]], "icon-padding": 6 } });
  map.addLayer({ id: "shaded", type: "symbol", source: "shades", layout: { "icon-image": ["get", "label"], "icon-padding": 2 } });
  map.addLayer({ id: "points", type: "symbol", source: "cases", filter: ["!", ["has", "point_count"]], layout: { "icon-image": ["concat", ["case", ["get", "overdue"], "late:", "case:"], ["get", "layer"]], "icon-allow-overlap": true, "icon-ignore-placement": true } });
  map.addSource("area", { type: "geojson", data: EMPTY });
  map.addLayer({ id: "area", type: "fill", source: "area", paint: { "fill-color": colour("accent"), "fill-opacity": 0.12 } }, "points");
  map.addLayer({ id: "area-line", type: "line", source: "area", paint: { "line-color": colour("accent"), "line-width": 3, "line-dasharray": [2, 1] } }, "points");
  map.addSource("paths", { type: "geojson", data: EMPTY });
  map.addLayer({ id: "paths", type: "line", source: "paths", filter: ["==", ["geometry-type"], "LineString"], layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour("path"), "line-width": 4, "line-opacity": 0.8 } }, "points");
  map.addLayer({ id: "fixes", type: "circle", source: "paths", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": ["case", ["get", "last"], 9, 4], "circle-color": colour("path"), "circle-stroke-width": 2, "circle-stroke-color": colour("surface") } });
  map.addLayer({ id: "squads", type: "symbol", source: "paths", filter: ["has", "label"], layout: { "icon-image": ["get", "label"], "icon-offset": [0, 20], "icon-allow-overlap": true } });
  const together = { "icon-allow-overlap": true, "icon-ignore-placement": true };
  map.addLayer({ id: "many", type: "symbol", source: "cases", filter: ["has", "point_count"], layout: { "icon-image": ["concat", "many:", ["to-string", ["get", "point_count"]]], ...together } });
  map.addLayer({ id: "clusters", type: "symbol", source: "clusters", layout: { "icon-image": ["concat", "many:", ["get", "said"]], ...together } });
  map.addImage("alarm", alarm(), { pixelRatio: 2 });
  for (const [id, source] of [["many-late", "cases"], ["clusters-late", "clusters"]]) map.addLayer({ id, type: "symbol", source, filter: [">", ["coalesce", ["get", "late"], 0], 0], layout: { "icon-image": "alarm", ...together } });

  const shapes = new Map([...area.leaves.features, ...area.upper.features].map((grid) => [grid.properties.code, grid]));
  onShades((rows) => {
    const drawn = rows.filter(({ code }) => shapes.has(code)).map((row) => {
      const id = `shade:${row.name} ${row.text}`;
      if (!map.hasImage(id)) map.addImage(id, nameMark(`${row.name} ${row.text}`), { pixelRatio: 2 });
      return { ...shapes.get(row.code), properties: { code: row.code, label: id, colour: row.step ? colour(`shade-${row.step}`) : colour("surface"), told: row.step !== null } };
    });
    map.getSource("shades").setData(collection(drawn));
    map.setLayoutProperty("names", "visibility", drawn.length ? "none" : "visible");
  }, (codes) => { const box = boundsOf(codes.filter((code) => shapes.has(code)).map((code) => shapes.get(code))); if (box) map.fitBounds(box, { padding: edges() }); });
  map.on("click", "shades", (event) => { if (!map.queryRenderedFeatures(event.point, { layers: ["points", "many", "clusters"] }).length) into(event.features[0].properties.code); });

  const show = (found) => {
    found.clusters.forEach(([, , count]) => disced(said(count)));
    map.getSource("cases").setData(collection(found.points.map((one) => feature(one.at, one))));
    map.getSource("clusters").setData(collection(found.clusters.map(([lon, lat, count, late]) => feature([lon, lat], { count, late, said: said(count) }))));
  };
  const look = async () => {
    const b = map.getBounds();
    const found = await cases([b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]);
    if (found) show(found);
  };
  map.on("moveend", look);
  const point = (cursor, title) => { map.getCanvas().style.cursor = cursor; map.getCanvas().title = title; };
  const told = (one) => (one.number ? one.category : many(one.point_count || one.count, one.late));
  document.querySelectorAll("input[name=layer]").forEach((box) => box.addEventListener("change", look));
  for (const id of ["points", "many", "clusters"]) {
    map.on("mousemove", id, (event) => point("pointer", told(event.features[0].properties)));
    map.on("mouseleave", id, () => point("", ""));
  }
  map.on("click", "points", (event) => {
    const at = event.features[0].geometry.coordinates.slice();
    const box = document.createElement("div");
    const seen = new Map(event.features.map((one) => [one.properties.number, one.properties]));
    [...seen.values()].slice(0, 6).forEach((one) => box.append(card(one)));
    new gl.Popup({ closeButton: true, maxWidth: "320px" }).setLngLat(at).setDOMContent(box).addTo(map);
  });
  map.on("click", "many", async (event) => {
    const one = event.features[0];
    const zoom = await map.getSource("cases").getClusterExpansionZoom(one.properties.cluster_id);
    map.easeTo({ center: one.geometry.coordinates, zoom: Math.min(zoom + 0.2, 19) });
  });
  map.on("click", "clusters", (event) => map.easeTo({ center: event.features[0].geometry.coordinates, zoom: Math.min(map.getZoom() + 2, 19) }));
  await look();
  const paths = (outings) => {
    const drawn = [];
    for (const one of outings) {
      for (const line of one.lines) {
        drawn.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: line.map(([lon, lat]) => [lon, lat]) } });
        line.forEach(([lon, lat, at]) => drawn.push(feature([lon, lat], { said: `${one.number} ${at}`, last: false })));
      }
      if (!one.last) continue;
      const label = `squad:${one.number} ${one.last[2]}`;
      if (!map.hasImage(label)) map.addImage(label, nameMark(`${one.number} ${one.last[2]}`), { pixelRatio: 2 });
      drawn.push(feature(one.last.slice(0, 2), { said: `${one.number} ${one.last[2]}`, last: true, label }));
    }
    map.getSource("paths").setData(collection(drawn));
  };
  map.on("click", "fixes", (event) => { new gl.Popup({ closeButton: true }).setLngLat(event.features[0].geometry.coordinates).setDOMContent(Object.assign(document.createElement("div"), { className: "map-card num", textContent: event.features[0].properties.said })).addTo(map); });
  return {
    look,
    paths,
    show,
    pixel: (at) => { const { x, y } = map.project(at); return [x, y]; },
    lonLat: (pixel) => map.unproject(pixel).toArray(),
    window: () => { const b = map.getBounds(); return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]; },
    outline: (ring) => map.getSource("area").setData(ring ? { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...ring, ring[0]]] } } : EMPTY),
    fit: (box) => map.fitBounds(box, { padding: edges() }),
  };
}
