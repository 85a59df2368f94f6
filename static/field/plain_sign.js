// Signing on the glass: what is drawn goes into the form as a picture, beside whatever was photographed.

document.querySelectorAll("[data-sign]").forEach((place) => {
  const input = place.closest("form").elements.namedItem(place.dataset.sign);
  const canvas = document.createElement("canvas");
  const clear = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: place.dataset.clear });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", place.dataset.label);
  place.append(canvas, clear);
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  const pen = canvas.getContext("2d");
  let drawn = false;

  function empty() {
    const box = canvas.getBoundingClientRect();
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    pen.scale(ratio, ratio);
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, box.width, box.height);
    Object.assign(pen, { lineWidth: 3, lineCap: "round", lineJoin: "round", strokeStyle: "#111111" });
    if (drawn) input.value = "";
    drawn = false;
  }

  function at(event) {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  function keep() {
    canvas.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], "signature.png", { type: "image/png" }));
      input.files = files.files;
    }, "image/png");
  }

  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
    pen.lineTo(...at(event));
    pen.stroke();
    drawn = true;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  canvas.addEventListener("pointerup", keep);
  canvas.addEventListener("pointercancel", keep);
  clear.addEventListener("click", empty);
  empty();
});
