// A record that the server did not take, put right and sent once more under its own name: it holds nothing of it yet.

import { claims } from "./capture.js";

export async function revise(app, record, { body, files = [], about, draft }) {
  const prepared = await claims(files);
  const changes = { body, about: about ?? record.about, attachments: prepared.map(({ claim }) => claim), state: "queued", reason: "", errors: [] };
  const stored = await app.store.revise(record.id, changes, prepared.map(({ photo }) => photo), draft);
  app.engine.wake();
  return stored;
}
