// Asks for parts of the pack again while a screen that shows what others do is open: not more often than once a minute.

const EVERY_MS = 60_000;
const asked = new Map();

export function lookAgain(app, parts, { every = EVERY_MS } = {}) {
  const due = parts.filter((part) => Date.now() - (asked.get(part) ?? 0) >= every);
  if (!due.length || document.visibilityState !== "visible" || navigator.onLine === false) return;
  for (const part of due) asked.set(part, Date.now());
  app.refresh(due);
}

// Looks again every minute as long as the screen is there; gives what ends that.
export function keepFresh(app, parts) {
  const timer = setInterval(() => lookAgain(app, parts), EVERY_MS / 4);
  return () => clearInterval(timer);
}

// A word typed alone does not say what it belongs to: once the server has taken it, the list tells.
export async function joinedSince(app, at) {
  const alone = ({ type, body }) => type === "check_in" && !body.outing && !body.round;
  return (await app.store.records({ limit: 20 })).some((record) => alone(record) && Date.parse(record.confirmed_at) > Date.parse(at));
}

const SOON_MS = 3_000;
export const lookOrWait = async (app, part, at) => lookAgain(app, [part], (await joinedSince(app, at)) ? { every: SOON_MS } : {});
