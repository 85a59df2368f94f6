// The forms of moves, wherever they stand: one open at a time, and what is given beside those proposed unticks them.

document.addEventListener("toggle", (event) => {
  const move = event.target;
  if (!move.matches("details.move") || !move.open) return;
  move.parentElement.querySelectorAll("details.move[open]").forEach((other) => { if (other !== move) other.open = false; });
}, true);
// A unit of the whole list, the number of any other case.
const BESIDES = "select[name=unit_other], input[name=into_other]";
document.addEventListener("change", (event) => {
  const form = event.target.form;
  const beside = form && form.querySelector(BESIDES);
  if (!beside) return;
  const name = beside.name.replace("_other", "");
  if (event.target === beside && beside.value) form.querySelectorAll(`input[name=${name}]`).forEach((one) => { one.checked = false; });
  if (event.target.name === name) beside.value = "";
});
