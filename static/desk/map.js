// /desk/map: MapLibre where the browser can draw with WebGL, Leaflet where it cannot; the same data, the same legend.

import { areas } from "./area.js";
import { files } from "./data.js";
import { paths } from "./paths.js";
import { times } from "./times.js";

function webgl() {
  try {
    const canvas = document.createElement("canvas");
    return Boolean(canvas.getContext("webgl2"));
  } catch {
    return false;
  }
}

const target = document.getElementById("map");
if (window.matchMedia("(max-width: 760px)").matches) document.querySelector(".legend details").open = false;
const wantsPlain = new URLSearchParams(location.search).get("plain") === "1";
const drawn = webgl() && !wantsPlain
  ? import("./map_gl.js").then((module) => module.draw(target, files))
  : import("./map_plain.js").then((module) => module.draw(target, files));
drawn.then((view) => {
  areas(view, target);
  times(view);
  paths(view);
  target.dataset.drawn = "yes";
});
