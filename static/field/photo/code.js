// A QR code drawn for a text, dark on white with its quiet zone whatever the colours of the app are.

import encodeQR from "../../vendor/qr/index.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4;

/** An SVG element that shows a text as a QR code; `label` says what it is for to those who cannot see it. */
export function code(text, { label = "" } = {}) {
  const cells = encodeQR(text, "raw", { ecc: "medium", border: QUIET });
  const size = cells.length;
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { class: "qr", viewBox: `0 0 ${size} ${size}`, "shape-rendering": "crispEdges", role: "img", "aria-label": label };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  const ground = svg.appendChild(document.createElementNS(SVG, "rect"));
  for (const [name, value] of Object.entries({ width: size, height: size, fill: "#ffffff" })) ground.setAttribute(name, value);
  const path = svg.appendChild(document.createElementNS(SVG, "path"));
  path.setAttribute("fill", "#000000");
  path.setAttribute("d", cells.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join(""));
  return svg;
}
