// The case: one open move at a time, and a unit of the whole list unticks those proposed.

const moves = [...document.querySelectorAll("details.move")];
moves.forEach((move) => {
  move.addEventListener("toggle", () => {
    if (move.open) moves.forEach((other) => { if (other !== move) other.open = false; });
  });
});
document.querySelectorAll("select[name=unit_other]").forEach((select) => {
  const offered = [...select.form.querySelectorAll("input[name=unit]")];
  select.addEventListener("change", () => {
    if (select.value) offered.forEach((one) => { one.checked = false; });
  });
  offered.forEach((one) => one.addEventListener("change", () => { select.value = ""; }));
});
