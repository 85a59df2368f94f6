// Screens by the part of the address behind #: it works with no server behind it.

const SCREENS = {
  "": "home",
  report: "report",
  tasks: "tasks",
  "tasks/:number": "task",
  outings: "outings",
  "outings/:id": "outing",
  "outings/:id/incident": "incident",
  "outings/:id/handover": "handover",
  rounds: "rounds",
  "rounds/:id": "round",
  "rounds/:id/visit": "visit",
  join: "join",
  "join/:room/:id/:code": "join",
  near: "near",
  "premises/:id": "premises",
  supervision: "supervision",
  "supervision/:number": "problem",
  ledger: "ledger",
  "ledger/:id": "entry",
  settings: "settings",
  start: "start",
  calibrate: "calibrate",
};

// Addresses that were handed out before under another name.
const BEFORE = [[/^supervision\/problems\//, "supervision/"]];

// A code that was cut off or scanned badly is no reason to open nothing.
function plain(step) {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

// {screen, params, query} for an address like `#/outings/abc?x=1`; unknown ones lead home.
export function read(hash) {
  const [told, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const path = BEFORE.reduce((address, [old, now]) => address.replace(old, now), told);
  const steps = path.split("/").filter(Boolean).map(plain);
  for (const [pattern, screen] of Object.entries(SCREENS)) {
    const wanted = pattern.split("/").filter(Boolean);
    if (wanted.length !== steps.length) continue;
    const params = {};
    if (wanted.every((name, place) => (name.startsWith(":") ? (params[name.slice(1)] = steps[place]) : name === steps[place]))) {
      return { screen, params, query: Object.fromEntries(new URLSearchParams(query)), path: pattern };
    }
  }
  return { screen: "home", params: {}, query: {}, path: "" };
}
