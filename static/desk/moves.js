// The forms of moves, wherever they stand: one open at a time, and a unit of the whole list unticks those proposed.

document.addEventListener("toggle", (event) => {
  const move = event.target;
  if (!move.matches("details.move") || !move.open) return;
  move.parentElement.querySelectorAll("details.move[open]").forEach((other) => { if (other !== move) other.open = false; });
}, true);
document.addEventListener("change", (event) => {
  const form = event.target.form;
  const select = form && form.querySelector("select[name=unit_other]");
  if (!select) return;
  if (event.target === select && select.value) form.querySelectorAll("input[name=unit]").forEach((one) => { one.checked = false; });
  if (event.target.name === "unit") select.value = "";
});
