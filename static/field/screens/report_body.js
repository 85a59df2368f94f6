// What the form of a report says, as the body of a record, and back; what is still missing, in words.

import { uuid } from "../lib/ids.js";
import { countOf } from "../lib/photos_part.js";
import { t } from "../lib/words.js";
import { toWgs84, WGS84 } from "../place/crs.js";
import { locationOf, ready } from "../place/place_part.js";

export const blank = (more) => ({
  id: uuid(), category: "", description: "", address: "", self_handled: false, same_as: null, grid: "", photos: null, place: null, campaign: null, ...more,
});

// What the photos show: how it was found and, where it was put right on the spot, how it is now.
export const rolesOf = ({ self_handled, same_as }) => (self_handled && !same_as ? ["before", "after"] : ["before"]);

// Where nobody says any more that it was put right, a photo of how it is now is one of how it was found: none is left out.
export function settleRoles({ draft: { content }, photos }) {
  const roles = rolesOf(content);
  for (const one of photos.items) if (!roles.includes(one.role)) one.role = "before";
}

export const chosenOf = ({ category, draft }) => category.categories.find(draft.content.category);

// Field -> what is missing; empty when it may go.
export function missing(state) {
  const { draft: { content }, place, photos } = state;
  const chosen = chosenOf(state);
  const found = {};
  const roles = rolesOf(content);
  const shot = roles.some((role) => countOf(photos, role));
  if (!chosen) found.category = t("请选择类别。");
  if (chosen?.photos_required && !shot) found.photos = t("这类问题须有现场照片。");
  else if (chosen?.photos_required && roles.includes("after") && !countOf(photos, "after")) found.after = t("这类问题自行处置后须有处置后的照片。");
  const { ok, why } = ready(place);
  if (!ok && !content.grid) found.place = why;
  return found;
}

export function bodyOf(state) {
  const { content } = state.draft;
  const chosen = chosenOf(state);
  const at = ready(state.place).ok ? { location: locationOf(state.place) } : { grid: content.grid };
  const said = {
    description: content.description.trim(), address: content.address.trim(), self_handled: rolesOf(content).includes("after"),
    same_as: content.same_as?.name, ...(content.campaign ? { campaign: content.campaign, source: "joint_enforcement" } : {}),
  };
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value));
  return { category: chosen.code, category_list: state.category.categories.data.list, kind: chosen.kind, ...given, ...at };
}

// The form of a record that the server did not take.
export function fromRecord({ id, body, attachments }) {
  const sound = attachments.find((one) => one.role === "sound");
  return blank({
    id, category: `${body.kind}/${body.category}`, description: body.description ?? "", address: body.address ?? "", self_handled: Boolean(body.self_handled),
    same_as: body.same_as ? { name: body.same_as, number: null } : null, grid: body.grid ?? "", campaign: body.campaign ?? null, place: body.location ? placeFrom(body.location) : null,
    photos: { items: attachments.filter((one) => one !== sound).map((one) => ({ ...one, key: one.sha256 })), note: sound ? { ...sound, seconds: null } : null },
  });
}

// As place_state.js keeps it: the fix as it was, the pin where it stood.
function placeFrom({ picked, lon, lat, accuracy_m, fix }) {
  const crs = fix?.crs ?? WGS84;
  const [ownLon, ownLat] = !fix ? [] : picked || crs !== WGS84 ? toWgs84([fix.lon, fix.lat], crs) : [lon, lat];
  const held = fix ? { lon: ownLon, lat: ownLat, accuracy_m: fix.accuracy_m, at: fix.at, crs, raw: { lon: fix.lon, lat: fix.lat, accuracy_m: fix.accuracy_m, at: fix.at } } : null;
  return { held, picked: picked || !fix ? { lon, lat } : null, chosen: null, accepted_m: accuracy_m ?? 0, last: null };
}
