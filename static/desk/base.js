// The base map as it is configured: none, 天地图, or a PMTiles file of ours; under either map. Where it cannot be had the
// map goes on without it.

const told = document.querySelector("script[data-base]");
const base = told ? JSON.parse(told.dataset.base) : null;
const words = told && told.dataset.baseWords ? JSON.parse(told.dataset.baseWords) : {};
const MOST = 18; // what 天地图 has
const RASTER = { attribution: "" };

// What is drawn of the layers of a vector file, by the names that Protomaps and OpenMapTiles give them, lowest first.
const GROUND = [
  ["fill", ["earth", "landcover", "landuse", "park"], { "fill-color": "base-land" }],
  ["fill", ["water"], { "fill-color": "base-water" }],
  ["fill", ["buildings", "building"], { "fill-color": "base-house" }],
  ["line", ["waterway"], { "line-color": "base-water", "line-width": 1.5 }],
  ["line", ["roads", "transportation", "transit"], { "line-color": "base-road", "line-width": 1.5 }],
  ["line", ["boundaries", "boundary"], { "line-color": "base-road", "line-width": 1 }],
];

export const hasBase = Boolean(base);

function say(text) {
  const place = document.querySelector("[data-base-status]");
  if (place) place.textContent = text || "";
}

function library() {
  if (window.pmtiles) return Promise.resolve(window.pmtiles);
  return new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: told.dataset.pmtiles, onload: () => done(window.pmtiles), onerror: failed });
    document.head.append(script);
  });
}

// The file and what it says of itself.
async function archive() {
  const kit = await library();
  const file = new kit.PMTiles(new URL(base.file, location.href).href);
  return { kit, file, header: await file.getHeader() };
}

// Under the layers of a MapLibre map that is loaded; `colour` names a colour of the page.
export async function under(gl, map, before, colour) {
  if (!base) return;
  try {
    if (base.kind === "tianditu") {
      base.layers.forEach((tiles, n) => {
        map.addSource(`base-${n}`, { type: "raster", tiles, tileSize: 256, maxzoom: MOST, ...RASTER });
        raster(map, `base-${n}`, before);
      });
      return say(words.tianditu);
    }
    const { kit, file, header } = await archive();
    const protocol = new kit.Protocol();
    protocol.add(file);
    gl.addProtocol("pmtiles", protocol.tile);
    const source = { url: `pmtiles://${new URL(base.file, location.href).href}`, ...RASTER };
    if (header.tileType !== kit.TileType.Mvt) {
      map.addSource("base", { type: "raster", tileSize: 256, ...source });
      return raster(map, "base", before);
    }
    map.addSource("base", { type: "vector", ...source });
    const given = new Set(((await file.getMetadata()).vector_layers || []).map((layer) => layer.id));
    for (const [type, names, paint] of GROUND) {
      for (const name of names.filter((one) => given.has(one))) {
        const coloured = Object.fromEntries(Object.entries(paint).map(([key, value]) => [key, key.endsWith("color") ? colour(value) : value]));
        map.addLayer({ id: `base-${name}`, type, source: "base", "source-layer": name, paint: coloured }, before);
      }
    }
  } catch {
    say(words.lost);
  }
}

function raster(map, id, before) {
  const dark = document.documentElement.dataset.bsTheme === "dark";
  map.addLayer({ id, type: "raster", source: id, paint: dark ? { "raster-brightness-max": 0.45, "raster-saturation": -0.4 } : {} }, before);
}

// Words for Leaflet as a node: it takes text for markup.
export const plain = (text) => Object.assign(document.createElement("span"), { textContent: text });

// Under a Leaflet map; a vector file has nothing to show there.
export async function underPlain(L, map) {
  if (!base) return;
  try {
    if (base.kind === "tianditu") {
      for (const tiles of base.layers) {
        const address = tiles[0].replace("//t0.", "//t{s}.");
        L.tileLayer(address, { subdomains: "01234567", maxNativeZoom: MOST, maxZoom: 20, className: "plain-base" }).addTo(map);
      }
      return say(words.tianditu);
    }
    const { kit, file, header } = await archive();
    if (header.tileType === kit.TileType.Mvt) return say(words.vector);
    kit.leafletRasterLayer(file, { maxNativeZoom: header.maxZoom, maxZoom: 20, className: "plain-base" }).addTo(map);
  } catch {
    say(words.lost);
  }
}
