// The queue: how many are ticked, all of the page at once.

const form = document.getElementById("bulk");
const bulk = form && form.querySelector("[data-bulk]");
if (bulk) {
  const words = document.querySelector("script[data-selected]").dataset.selected;
  const ticks = [...form.querySelectorAll("input[name=case]")];
  const all = bulk.querySelector("[data-all]");
  const count = () => {
    const chosen = ticks.filter((tick) => tick.checked).length;
    bulk.querySelector("[data-count]").textContent = words.replace("{n}", chosen);
    bulk.querySelector("button").disabled = chosen === 0;
    all.checked = chosen > 0 && chosen === ticks.length;
    all.indeterminate = chosen > 0 && chosen < ticks.length;
  };
  all.addEventListener("change", () => {
    ticks.forEach((tick) => { tick.checked = all.checked; });
    count();
  });
  ticks.forEach((tick) => tick.addEventListener("change", count));
  window.addEventListener("pageshow", count);
  count();
}
