// Starts the app: from the phone's own copy where there is one. At the first visit it waits for that copy, one answer
// for all files, since a hundred single ones on two bars of signal are a minute; without a service worker they come singly.

const PATIENCE_MS = 20_000;

async function copied() {
  if (!("serviceWorker" in navigator) || !globalThis.isSecureContext || navigator.serviceWorker.controller) return;
  const here = new Promise((done) => { navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }); });
  const registration = await navigator.serviceWorker.register("/field/sw.js", { scope: "/field", updateViaCache: "none" });
  const coming = registration?.installing;
  registration?.active?.postMessage("claim"); // one that was ready a moment before this page was has not seen it
  const failed = new Promise((done) => { coming?.addEventListener("statechange", () => coming.state === "redundant" && done()); });
  if (registration) await Promise.race([here, failed, new Promise((done) => { setTimeout(done, PATIENCE_MS); })]);
}

copied().catch(() => {}).then(() => import("./app.js"));
