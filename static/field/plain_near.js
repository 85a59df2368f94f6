// Premises near me: the phone's place goes with the form; without a script the list by name stays.

document.querySelectorAll("form[data-near]").forEach((form) => {
  const told = form.querySelector("[data-told]");
  if (!("geolocation" in navigator)) return;
  form.hidden = false;
  let known = false;
  form.addEventListener("submit", (event) => {
    if (known) return;
    event.preventDefault();
    told.textContent = form.dataset.searching;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.namedItem("lon").value = coords.longitude.toFixed(6);
        form.elements.namedItem("lat").value = coords.latitude.toFixed(6);
        known = true;
        form.requestSubmit();
      },
      (error) => { told.textContent = error.code === error.PERMISSION_DENIED ? form.dataset.denied : form.dataset.none; },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 10000 },
    );
  });
});
