// Workers that start without a network.

/**
 * A module of this folder as a worker. A worker belongs to the service worker in whose scope its script lies, and
 * /static lies in none; one made of a blob belongs to that of its page, and finds the module in the phone's cache.
 */
export function moduleWorker(name) {
  const code = `import ${JSON.stringify(new URL(name, import.meta.url).href)};`;
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  worker.addEventListener("message", () => URL.revokeObjectURL(url), { once: true });
  return worker;
}
