// The service worker: opens the app without a network. A new version waits until no form is begun, then takes over.

import { button, notice } from "./ui.js";
import { t } from "./words.js";
import { hush } from "../sync/net.js";

const LOOK_MS = 30 * 60_000;
const SOON_MS = 30_000; // until the app opens without a network
const AGAIN_MS = 5_000;
const QUIET_MS = 2_000; // of the app, for a new version to take over
const SETTLED_MS = 200; // what was asked for just before has reached the old one

// Whether something is begun that a reload would interrupt; what is typed is stored, but the person is in the middle.
const inTheMiddle = (app) => Boolean(app.screen?.busy?.(app.state, app)) || document.querySelector("dialog[open]") !== null;

export async function watchForUpdates(app) {
  if (!("serviceWorker" in navigator) || !globalThis.isSecureContext) return; // the first-start test says so
  const finish = () => navigator.serviceWorker.controller?.postMessage("complete");
  finish();
  navigator.serviceWorker.addEventListener("controllerchange", finish);
  globalThis.addEventListener("online", finish);
  const had = Boolean(navigator.serviceWorker.controller);
  let registration;
  let timer = 0;
  let turn = 0;
  let wanted = false; // the person said now
  const sayTo = (waiting) => {
    hush(QUIET_MS);
    setTimeout(() => waiting.postMessage("take over"), SETTLED_MS);
  };
  // Said until it is done: a word to a worker that is just being stopped or started may be lost.
  const takeOver = () => {
    clearTimeout(turn);
    const waiting = registration.waiting;
    if (!waiting) return;
    turn = setTimeout(takeOver, AGAIN_MS);
    if (inTheMiddle(app)) {
      const update = () => {
        wanted = true;
        sayTo(waiting);
      };
      app.banner = notice("info", t("新版本已就绪"), t("填完这张表后自动更新；也可以现在更新，已填写的内容会保留。"), button(t("现在更新"), update, { kind: "quiet", name: "refresh" }));
      app.redraw();
    } else sayTo(waiting);
  };
  // It took over, perhaps by the word of another tab, where nothing was begun.
  const anew = () => {
    if (wanted || !inTheMiddle(app)) return location.reload();
    app.banner = notice("info", t("新版本已在使用"), t("填完这张表后自动重新打开；也可以现在重新打开，已填写的内容会保留。"), button(t("重新打开"), () => location.reload(), { kind: "quiet", name: "refresh" }));
    app.redraw();
    return setTimeout(anew, AGAIN_MS);
  };
  const attend = (found) => {
    registration = found;
    const expect = () => {
      const coming = found.installing;
      coming?.addEventListener("statechange", () => coming.state === "installed" && had && takeOver());
    };
    expect(); // one may have been on its way before this page looked
    found.addEventListener("updatefound", expect);
    if (had) takeOver();
  };
  // Registers anew each time: where the line broke while the app was being fetched, nothing is left of that try.
  const look = async () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") {
      try {
        const found = await navigator.serviceWorker.register("/field/sw.js", { scope: "/field", updateViaCache: "none" });
        if (found && found !== registration) attend(found);
        else await found?.update();
      } catch {} // no network now
    }
    timer = setTimeout(look, registration?.active ? LOOK_MS : SOON_MS);
  };
  navigator.serviceWorker.addEventListener("controllerchange", () => had && anew());
  globalThis.addEventListener("online", look);
  await look();
}
