// Reads QR codes beside the page: on a cheap phone one look takes longer than a picture lasts.

import decodeQR from "../../vendor/qr/decode.js";

self.addEventListener("message", ({ data: { pixels, width, height } }) => {
  let text = null;
  try {
    text = decodeQR({ data: new Uint8ClampedArray(pixels), width, height });
  } catch {
    // No code in this picture.
  }
  self.postMessage({ text });
});
