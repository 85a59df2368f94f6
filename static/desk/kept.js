// How many cases each kept filter finds now; asked for once the page is there, and again, not too often, when its list is another.

const SPACED = 30_000;
let asked = 0;

async function count() {
  const place = document.querySelector("[data-counts]");
  if (!place || Date.now() - asked < SPACED) return;
  asked = Date.now();
  const answer = await fetch(place.dataset.counts, { headers: { "X-Gridops-Unasked": "yes" }, redirect: "manual" });
  if (!answer.ok) return;
  const found = await answer.json();
  document.querySelectorAll("[data-kept]").forEach((one) => { one.textContent = found[one.dataset.kept] || ""; });
}

const quietly = () => count().catch(() => {}); // without a number a filter is as good
document.addEventListener("desk:renewed", quietly);
quietly();
