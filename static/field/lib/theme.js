// Light and dark: as chosen, else dark after sunset or where the phone asks for it. 大字 is a class of its own.

import { device } from "./device.js";

let isDark = () => false;
// The sun comes later: its module is not needed to open.
import("../place/sun.js").then((sun) => { isDark = sun.isDark; paintTheme(); }, () => {});

export function paintTheme() {
  const chosen = device.get("theme", "auto");
  const centre = device.get("user")?.root;
  const dark = chosen === "dark" || (chosen === "auto" && (matchMedia("(prefers-color-scheme: dark)").matches || (centre && isDark(new Date(), centre))));
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.classList.toggle("big", device.get("big") === true);
  document.querySelector('meta[name="theme-color"]').content = dark ? "#14181d" : "#f4f6f8";
}
