// Whether a picture is too dark or blurred to prove anything; said at once, decided by the person.

/** The long edge of the grey copy that is looked at. */
export const EDGE = 480;

/**
 * Found on photos of streets, things and pages, sharp, blurred by 0.7 to 3 pixels of the grey copy, and underexposed:
 * sharp ones lie above 250, those blurred by 1.5 pixels and more (one in 320 of the width) below 62, one page apart.
 * A street at night is no dark picture while something in it is lit.
 */
export const LIMITS = { sharpness: 60, black: 20, luma: 40, bright: 110 };

const TILES = { across: 8, down: 6 };

/**
 * `{luma, bright, sharpness}` of RGBA pixels: the mean luma (0–255), the luma that one pixel in twenty exceeds, and the
 * variance of the Laplacian in the sharpest quarter of the tiles (a sharp thing before a plain wall is sharp), as it would
 * be at a luma of 100.
 */
export function measure(pixels, width, height) {
  const grey = new Float32Array(width * height);
  const counted = new Uint32Array(256);
  let sum = 0;
  for (let at = 0, from = 0; at < grey.length; at += 1, from += 4) {
    const luma = 0.299 * pixels[from] + 0.587 * pixels[from + 1] + 0.114 * pixels[from + 2];
    grey[at] = luma;
    counted[luma | 0] += 1;
    sum += luma;
  }
  const luma = sum / grey.length;
  const gain = Math.max(1, 100 / Math.max(luma, 16));
  const round = (value) => Math.round(value * 10) / 10;
  return { luma: round(luma), bright: top(counted, grey.length / 20), sharpness: round(edges(grey, width, height) * gain * gain) };
}

/** What is to be said of measures: ["dark"], ["blurred"] or nothing; in the dark nobody can tell what is sharp. */
export function verdicts({ luma, bright, sharpness }) {
  if (luma < LIMITS.black || (luma < LIMITS.luma && bright < LIMITS.bright)) return ["dark"];
  return sharpness < LIMITS.sharpness ? ["blurred"] : [];
}

function top(counted, wanted) {
  let luma = 255;
  for (let seen = 0; luma > 0; luma -= 1) {
    seen += counted[luma];
    if (seen >= wanted) break;
  }
  return luma;
}

function edges(grey, width, height) {
  const tiles = TILES.across * TILES.down;
  const [count, sum, squares] = [new Float64Array(tiles), new Float64Array(tiles), new Float64Array(tiles)];
  for (let y = 1; y < height - 1; y += 1) {
    const row = Math.floor((y * TILES.down) / height) * TILES.across;
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const change = grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width] - 4 * grey[at];
      const tile = row + Math.floor((x * TILES.across) / width);
      count[tile] += 1;
      sum[tile] += change;
      squares[tile] += change * change;
    }
  }
  const spread = Array.from(count, (n, tile) => (n ? squares[tile] / n - (sum[tile] / n) ** 2 : 0));
  const sharpest = spread.sort((a, b) => b - a).slice(0, tiles / 4);
  return sharpest.reduce((all, one) => all + one, 0) / sharpest.length;
}
