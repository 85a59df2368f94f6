// Opens the field app without a network: the files of one version, together, and nothing else. `VERSION`, `BUNDLES`,
// `FILES` and `FRAME_HEADERS` are put before this by the server. Answers that name people or places never come into a cache.

const CACHE = `gridops-field-${VERSION}`;
const KEPT = new Set([...FILES.app, ...FILES.more].map(([path]) => path));
const TYPES = { js: "text/javascript", css: "text/css", svg: "image/svg+xml", json: "application/json" };

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// The files of a bundle, or an error: a captive portal and a server of another version answer with something else.
async function fetched(bundle) {
  const answer = await fetch(new Request(BUNDLES[bundle], { cache: "reload", credentials: "same-origin", redirect: "error" }));
  if (!answer.ok) throw new Error(`${BUNDLES[bundle]}: ${answer.status}`);
  const texts = await answer.json();
  const cache = await caches.open(CACHE);
  const checked = await Promise.all(FILES[bundle].map(async ([path, hash]) => {
    const bytes = new TextEncoder().encode(texts[path]);
    if (hex(await crypto.subtle.digest("SHA-256", bytes)) !== hash) throw new Error(`${path} is not the file of ${VERSION}`);
    return [path, bytes];
  }));
  await Promise.all(checked.map(([path, bytes]) => cache.put(path, new Response(bytes, { headers: headersOf(path) }))));
}

// The frame has the headers that the server gives it.
function headersOf(path) {
  const type = TYPES[path.split(".").pop()];
  return type ? { "Content-Type": `${type}; charset=utf-8` } : FRAME_HEADERS;
}

self.addEventListener("install", (event) => {
  event.waitUntil(fetched("app")); // all or none: one that is missing leaves the version before in place
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("gridops-field-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

// What may come a little later, where it has not come yet.
async function complete() {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  if (!FILES.more.every(([path]) => kept.has(path))) await fetched("more");
}

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
  if (event.data === "claim") event.waitUntil(self.clients.claim());
  if (event.data === "complete") event.waitUntil(complete().catch(() => {}));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const path = url.pathname;
  // What a code on a wall or an old link says opens without a network too, as the server would lead it.
  const inner = request.mode === "navigate" && !KEPT.has(path) && /^\/field\/(?!pack\/|files\/|words\/)([^.]+)$/.exec(path);
  if (inner) {
    event.respondWith(Promise.resolve(Response.redirect(`/field#/${inner[1]}${url.search}`)));
    return;
  }
  if (!KEPT.has(path)) return;
  event.respondWith(caches.open(CACHE).then((cache) => cache.match(path)).then((kept) => kept || fetch(request)));
});
