// A ZIP file without compression (PKWARE APPNOTE 6.3), piece by piece: photos do not become smaller by it. What it is
// made of lies on the disk and is only pointed at; one piece at a time is read for its check sum.

const TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

export function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

const UTF8 = 0x0800;
const STORED_AT = [0, 0x21]; // 1 January 1980: the times that count stand inside

function header(signature, numbers, name) {
  const size = numbers.reduce((all, [bytes]) => all + bytes, 4);
  const view = new DataView(new ArrayBuffer(size));
  view.setUint32(0, signature, true);
  let at = 4;
  for (const [bytes, value] of numbers) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return new Blob([view, name]);
}

// entries: [[name, blob, its check sum where it is known]…] -> Blob. At most 65,535 entries and 4 GB.
export async function zip(entries) {
  const [parts, directory] = [[], []];
  let offset = 0;
  for (const [path, blob, known] of entries) {
    const name = new TextEncoder().encode(path);
    const crc = known ?? crc32(new Uint8Array(await blob.arrayBuffer()));
    const common = [[2, 20], [2, UTF8], [2, 0], [2, STORED_AT[0]], [2, STORED_AT[1]], [4, crc], [4, blob.size], [4, blob.size], [2, name.length], [2, 0]];
    const local = header(0x04034b50, common, name);
    directory.push(header(0x02014b50, [[2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]], name));
    parts.push(local, blob);
    offset += local.size + blob.size;
  }
  const length = directory.reduce((all, one) => all + one.size, 0);
  const end = header(0x06054b50, [[2, 0], [2, 0], [2, directory.length], [2, directory.length], [4, length], [4, offset], [2, 0]], "");
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}
