// Pictures drawn on the page: opened, written on, packed again.

/** A picture as it stands upright: `{picture, width, height, close()}`. */
export async function opened(blob) {
  if ("createImageBitmap" in window) {
    const picture = await createImageBitmap(blob);
    return { picture, width: picture.width, height: picture.height, close: () => picture.close() };
  }
  const url = URL.createObjectURL(blob);
  const picture = new Image();
  picture.src = url;
  await picture.decode().finally(() => URL.revokeObjectURL(url));
  return { picture, width: picture.naturalWidth, height: picture.naturalHeight, close: () => undefined };
}

export const canvasOf = (width, height) => Object.assign(document.createElement("canvas"), { width, height });

/** A canvas as a file. */
export function packed(canvas, type = "image/jpeg", quality = 0.88) {
  return new Promise((done, refused) => { canvas.toBlob((blob) => (blob ? done(blob) : refused(new Error("no picture"))), type, quality); });
}

export const font = (size, weight = 400) => `${weight} ${size}px system-ui, "PingFang SC", "HarmonyOS Sans SC", "MiSans", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`;

/** A text in lines no wider than `width` in the pen's font; broken anywhere, as Chinese is, but not within a number. */
export function lines(pen, text, width) {
  const found = [];
  let line = "";
  for (const piece of String(text).match(/[\w.:+-]+|\s+|[^\w\s]/gu) ?? []) {
    if (line && pen.measureText(line + piece).width > width) {
      found.push(line.trimEnd());
      line = piece.trimStart();
    } else line += piece;
  }
  if (line.trim()) found.push(line.trimEnd());
  return found;
}
