// Choosing among the grids where I work: by community, one by one or all of it.

import { html } from "./html.js";
import { check, icon } from "./ui.js";
import { t } from "./words.js";

// The lowest grids of my territory; before they are downloaded the parts of it for which I hold a role.
export async function ownGrids(app) {
  const mine = ((await app.store.pack("grids"))?.data?.grids ?? []).filter((grid) => grid.mine);
  return mine.length ? mine : app.me.grids ?? [];
}

// Of what lies directly below the street the path is the name alone.
const communityOf = ({ path, name }) => (path ?? name).slice(0, -name.length).trim();

function communities(grids) {
  const found = new Map();
  for (const grid of grids) found.set(communityOf(grid), [...(found.get(communityOf(grid)) ?? []), grid]);
  return [...found];
}

// `chosen`: codes; `change(codes)`.
export function gridsPart(grids, chosen, change) {
  const one = (grid) => check(`grid-${grid.code}`, grid.name, chosen.includes(grid.code), (on) => change(on ? [...chosen, grid.code] : chosen.filter((code) => code !== grid.code)));
  const groups = communities(grids);
  if (groups.length < 2) return grids.map(one);
  return groups.map(([name, own]) => {
    const codes = own.map(({ code }) => code);
    const count = codes.filter((code) => chosen.includes(code)).length;
    const all = (on) => change([...chosen.filter((code) => !codes.includes(code)), ...(on ? codes : [])]);
    return html`<details class="fold"><summary>${icon("map-pin")}<span>${name || t("辖区")}</span> <span class="soft num">${count}/${codes.length}</span></summary>
      <fieldset class="fold-body"><legend class="unseen">${name || t("辖区")}</legend>${own.length > 1 ? check(`all-${codes[0]}`, t("全部网格"), count === codes.length, all) : ""}${own.map(one)}</fieldset></details>`;
  });
}
