// A button for the printer, where scripts run; every picture is fetched first, also those not scrolled to yet.

const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", async () => {
  const shots = [...document.querySelectorAll(".both-sides img")];
  shots.forEach((shot) => { shot.loading = "eager"; });
  await Promise.allSettled(shots.map((shot) => shot.decode()));
  window.print();
});
