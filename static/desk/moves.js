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
// 改类, and each part of 拆分: each category has filing conditions of its own. Where they cannot be had, the answer to the form brings them.
document.addEventListener("change", async (event) => {
  const select = event.target;
  const place = select.form && select.name && select.form.querySelector(`[data-conditions-of="${CSS.escape(select.name)}"]`);
  if (!place) return;
  const wanted = select.value;
  place.replaceChildren();
  const answer = await fetch(`${place.dataset.conditions}${place.dataset.conditions.includes("?") ? "&" : "?"}category=${wanted}`, { redirect: "manual" }).catch(() => null);
  if (!answer || !answer.ok || select.value !== wanted) return;
  const html = await answer.text();
  if (select.value === wanted) place.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
});
