// The service worker: opens the app without a network. A new version waits until no form is begun, then takes over.

import { button, notice } from "./ui.js";
import { t } from "./words.js";

const LOOK_MS = 30 * 60_000;

// Whether something is begun that a reload would interrupt; what is typed is stored, but the person is in the middle.
const inTheMiddle = (app) => Boolean(app.screen?.busy?.(app.state, app)) || document.querySelector("dialog[open]") !== null;

export async function watchForUpdates(app) {
  if (!("serviceWorker" in navigator) || !globalThis.isSecureContext) return;
  let registration;
  try {
    registration = await navigator.serviceWorker.register("/field/sw.js", { scope: "/field", updateViaCache: "none" });
  } catch {
    return; // the first-start test says so
  }
  if (!registration) return;
  const had = Boolean(navigator.serviceWorker.controller);
  const takeOver = () => {
    const waiting = registration.waiting;
    if (!waiting) return;
    if (inTheMiddle(app)) {
      app.banner = notice("info", t("新版本已就绪"), t("填完这张表后自动更新；也可以现在更新，已填写的内容会保留。"), button(t("现在更新"), () => waiting.postMessage("take over"), { kind: "quiet", name: "refresh" }));
      app.redraw();
      setTimeout(takeOver, 5_000);
    } else waiting.postMessage("take over");
  };
  if (had) takeOver();
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => coming.state === "installed" && had && takeOver());
  });
  navigator.serviceWorker.addEventListener("controllerchange", () => had && location.reload());
  const look = () => document.visibilityState === "visible" && registration.update().catch(() => {});
  setInterval(look, LOOK_MS);
  globalThis.addEventListener("online", look);
}
