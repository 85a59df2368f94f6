// Rounds as this phone knows them: what the server said last, and what was recorded here since.

const NONE = { rounds: [], rechecks: [], checklists: [], visit_kinds: [], order_kinds: [], signed: [], severities: [], themes: [] };
const OURS = new Set(["round", "visit", "check_in"]);

// By which name records speak of a round.
export const nameOf = (round) => round.record ?? round.number;

const begun = (record) => ({
  number: null, record: record.id, state: "open", theme: record.body.theme ?? "", groups: record.body.groups ?? 1, inspection: false, fault: null,
  started_at: record.captured_at, planned_for: null, leads: true, checked_in: true, squad: [], code: record.body.code, join: "", grids: [], plan: [], visits: [],
  may: { start: false, end: true, cancel: true, visit: true }, here: true,
});

// Rounds, re-inspections and lists to choose from; each round with what this phone adds to it.
export async function nights(store) {
  const data = { ...NONE, ...(await store.pack("rounds"))?.data };
  const own = (await store.records()).filter((record) => OURS.has(record.type) && record.state !== "refused").reverse();
  const known = new Set(data.rounds.map((round) => round.record).filter(Boolean));
  const starts = own.filter((record) => record.type === "round" && record.body.action === "start");
  const fresh = starts.filter((record) => !record.body.number && !known.has(record.id)).map(begun);
  return { ...data, rounds: [...fresh, ...data.rounds].map((round) => added(round, own, starts)) };
}

function added(round, own, starts) {
  const names = new Set([round.record, round.number].filter(Boolean));
  const here = own.filter((record) => names.has(record.body.round));
  const seen = new Set(round.visits.map((visit) => visit.record));
  const visits = here.filter((record) => record.type === "visit" && !seen.has(record.id)).map((record) => ({
    record: record.id, premises: record.body.premises.id ?? null, name: record.about.subject, visited_at: record.captured_at, kind: record.body.kind,
    complete: record.body.complete, findings: (record.body.findings ?? []).length, order: record.body.order?.kind ?? null, here: true,
  }));
  const acts = new Set(here.filter((record) => record.type === "round").map((record) => record.body.action));
  const started = round.state === "planned" && starts.some((record) => record.body.number === round.number);
  const state = acts.has("end") ? "ended" : acts.has("cancel") ? "cancelled" : started ? "open" : round.state;
  const checked = new Set(here.filter((record) => record.body.action === "grid_checked").flatMap((record) => record.body.grids));
  const members = here.filter((record) => record.type === "check_in" && record.body.name).map((record) => ({ name: record.body.name, agency: record.body.agency, certified: Boolean(record.body.certificate_no), checked_in_at: record.captured_at, here: true }));
  const inNow = round.checked_in || started || here.some((record) => record.type === "check_in" && !record.body.name && !record.body.out);
  return { ...round, state, visits: [...round.visits, ...visits], squad: [...round.squad, ...members.filter((one) => !round.squad.some((two) => two.name === one.name))], checked_in: inNow, leads: round.leads || started, grids: round.grids.map((grid) => (checked.has(grid.code) ? { ...grid, checked_at: grid.checked_at ?? "here" } : grid)) };
}

export const roundOf = (found, id) => found.rounds.find((round) => round.record === id || round.number === id);
