// Opens the field app without a network: the files of one version, together, and nothing else. `VERSION` and `FILES`
// are put before this by the server. Answers that name people or places never come into a cache.

const CACHE = `gridops-field-${VERSION}`;
const KEPT = new Set(FILES.map(([path]) => path));

// A file of this version, or an error: a captive portal and a server of another version answer with something else.
async function fetched([path, hash]) {
  const answer = await fetch(new Request(path, { cache: "reload", credentials: "same-origin", redirect: "error" }));
  const bytes = await answer.arrayBuffer();
  const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!answer.ok || digest !== hash) throw new Error(`${path} is not the file of ${VERSION}`);
  return [path, new Response(bytes, { headers: answer.headers })];
}

self.addEventListener("install", (event) => {
  // All or none: one that is missing leaves the version before in place.
  event.waitUntil((async () => {
    const files = await Promise.all(FILES.map(fetched));
    const cache = await caches.open(CACHE);
    await Promise.all(files.map(([path, answer]) => cache.put(path, answer)));
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("gridops-field-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const path = url.pathname;
  // What a code on a wall or on the leader's phone says opens without a network too.
  const inner = request.mode === "navigate" && /^\/field\/((?:premises|join)\b.*)$/.exec(path);
  if (inner) {
    event.respondWith(Promise.resolve(Response.redirect(`/field#/${inner[1]}${url.search}`)));
    return;
  }
  if (!KEPT.has(path)) return;
  event.respondWith(caches.open(CACHE).then((cache) => cache.match(path)).then((kept) => kept || fetch(request)));
});
