// What the first bytes of a picture say: its kind, its size, which way is up, when and where it was taken.

const KINDS = [
  ["image/jpeg", (b) => b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff],
  ["image/png", (b) => text(b, 1, 3) === "PNG"],
  ["image/webp", (b) => text(b, 0, 4) === "RIFF" && text(b, 8, 4) === "WEBP"],
  ["image/gif", (b) => text(b, 0, 4) === "GIF8"],
  ["image/bmp", (b) => text(b, 0, 2) === "BM" && b.length > 54 && b[6] + b[7] + b[8] + b[9] === 0],
  ["image/avif", (b) => text(b, 4, 4) === "ftyp" && /^avi[fs]$/.test(text(b, 8, 4))],
  ["image/heic", (b) => text(b, 4, 4) === "ftyp" && /^(hei[cxms]|hev[cx]|mif1|msf1)$/.test(text(b, 8, 4))],
];
const EXIF = "Exif\0\0";
const TAG = { orientation: 0x0112, inner: 0x8769, gps: 0x8825, taken: 0x9003, offset: 0x9011 };

/**
 * `{mime, width, height, orientation, turn_at, exif, broken, taken_at, lon, lat}` as far as the bytes say so;
 * `mime` is undefined where they are no picture, `broken` is true where the end of the picture is missing.
 */
export function readHead(bytes) {
  const mime = KINDS.find(([, fits]) => fits(bytes))?.[0];
  const found = { mime, orientation: 1, exif: false, broken: false };
  try {
    if (mime === "image/jpeg") readJpeg(bytes, found);
    if (mime === "image/png") Object.assign(found, { width: view(bytes).getUint32(16), height: view(bytes).getUint32(20) });
    if (mime === "image/heic") readHeic(bytes, found);
  } catch (fault) {
    if (!(fault instanceof RangeError)) throw fault;
    found.broken = true;
  }
  return found;
}

function view(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function text(bytes, from, length) {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}

function readJpeg(bytes, found) {
  const data = view(bytes);
  let at = 2;
  for (;;) {
    while (data.getUint8(at) === 0xff && data.getUint8(at + 1) === 0xff) at += 1;
    const marker = data.getUint16(at);
    if (marker < 0xffc0) throw new RangeError("no marker where one has to be");
    const length = data.getUint16(at + 2);
    if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      Object.assign(found, { height: data.getUint16(at + 5), width: data.getUint16(at + 7) });
    }
    if (marker === 0xffe1 && !found.exif && text(bytes, at + 4, 6) === EXIF) readExif(bytes, at + 10, found);
    if (marker === 0xffda) break;
    at += 2 + length;
  }
  found.broken = !found.width || !found.height || !hasEnd(bytes, at);
}

// Within the packed pixels FF is always followed by 00 or a restart, so FF D9 is the true end.
function hasEnd(bytes, from) {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xd9) return true;
  }
  return false;
}

function readHeic(bytes, found) {
  const data = view(bytes);
  let at = 0;
  while (at < bytes.length) {
    const size = data.getUint32(at);
    if (size === 0) break;
    at += size === 1 ? Number(data.getBigUint64(at + 8)) : Math.max(8, size);
  }
  found.broken = at > bytes.length;
  const head = text1(bytes.subarray(0, 65536));
  // The largest of the sizes named is the whole picture; the others are its tiles and thumbnails.
  for (let box = head.indexOf("ispe"); box >= 0; box = head.indexOf("ispe", box + 4)) {
    const [width, height] = [data.getUint32(box + 8), data.getUint32(box + 12)];
    if (width * height > (found.width ?? 0) * (found.height ?? 0)) Object.assign(found, { width, height });
  }
  found.broken ||= !found.width;
  for (let box = bytes.indexOf(0x45); box >= 0; box = bytes.indexOf(0x45, box + 1)) {
    if (text(bytes, box, 6) !== EXIF || !/^(II|MM)$/.test(text(bytes, box + 6, 2))) continue;
    readExif(bytes, box + 6, found);
    found.orientation = 1; // who shows it turns it by its own boxes
    return;
  }
}

function text1(bytes) {
  return new TextDecoder("latin1").decode(bytes);
}

/** Fill in what the EXIF block at `base` says; a damaged block says nothing, the picture itself may be whole. */
function readExif(bytes, base, found) {
  found.exif = true;
  try {
    const little = text(bytes, base, 2) === "II";
    const data = new DataView(bytes.buffer, bytes.byteOffset + base, bytes.byteLength - base);
    const first = entries(data, data.getUint32(4, little), little);
    const turn = first.get(TAG.orientation);
    if (turn && turn.value >= 1 && turn.value <= 8) {
      Object.assign(found, { orientation: turn.value, turn_at: base + turn.at, turn_little: little });
    }
    if (first.has(TAG.inner)) readTime(entries(data, first.get(TAG.inner).long, little), data, found);
    if (first.has(TAG.gps)) readPlace(entries(data, first.get(TAG.gps).long, little), data, little, found);
  } catch (fault) {
    if (!(fault instanceof RangeError)) throw fault;
  }
}

function entries(data, from, little) {
  const found = new Map();
  for (let number = data.getUint16(from, little), at = from + 2; number > 0; number -= 1, at += 12) {
    const long = data.getUint32(at + 8, little);
    const count = data.getUint32(at + 4, little);
    found.set(data.getUint16(at, little), { at: at + 8, value: data.getUint16(at + 8, little), long, count });
  }
  return found;
}

function written(entry, data) {
  if (!entry || entry.count > 64) return "";
  const from = entry.count <= 4 ? entry.at : entry.long;
  let said = "";
  for (let at = 0; at < entry.count; at += 1) said += String.fromCharCode(data.getUint8(from + at));
  return said.replace(/\0.*$/s, "").trim();
}

function readTime(inner, data, found) {
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(written(inner.get(TAG.taken), data));
  if (!parts || Number(parts[1]) < 1990) return;
  const [, year, month, day, hour, minute, second] = parts;
  const offset = /^[+-]\d\d:\d\d$/.exec(written(inner.get(TAG.offset), data))?.[0] ?? "";
  // Without an offset it is the time of the phone's own zone.
  const taken = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  if (!Number.isNaN(taken.getTime())) found.taken_at = taken.toISOString();
}

function readPlace(gps, data, little, found) {
  const lat = degrees(gps.get(2), written(gps.get(1), data), data, little, 90);
  const lon = degrees(gps.get(4), written(gps.get(3), data), data, little, 180);
  // 0, 0 is what phones write that have no fix.
  if (lat !== null && lon !== null && (lat || lon)) Object.assign(found, { lon, lat });
}

function degrees(entry, reference, data, little, most) {
  if (!entry || entry.count !== 3) return null;
  const part = (number) => {
    const at = entry.long + number * 8;
    return data.getUint32(at, little) / data.getUint32(at + 4, little);
  };
  const value = part(0) + part(1) / 60 + part(2) / 3600;
  if (!Number.isFinite(value) || value > most) return null;
  return Number((/^[SW]/i.test(reference) ? -value : value).toFixed(7));
}
