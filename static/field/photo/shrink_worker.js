// Shrinks photos beside the page, one after the other: two at once would need the memory of both.

import { shrinkPicture } from "./shrink_core.js";

const tools = {
  canvas: (width, height) => new OffscreenCanvas(width, height),
  encode: (canvas, quality) => canvas.convertToBlob({ type: "image/jpeg", quality }),
  async decode(blob) {
    const picture = await createImageBitmap(blob);
    return { picture, width: picture.width, height: picture.height, close: () => picture.close() };
  },
  pause: () => undefined,
};
let last = Promise.resolve();

self.addEventListener("message", ({ data: { id, blob, asked } }) => {
  last = last.then(async () => {
    try {
      self.postMessage({ id, done: await shrinkPicture(blob, asked, tools) });
    } catch (fault) {
      self.postMessage({ id, reason: fault.reason ?? "damaged" });
    }
  });
});
