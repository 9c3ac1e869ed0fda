// The picture's file, drawn to a canvas at twice its size and saved.

const SCALE = 2;

async function drawn(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`status ${response.status}`);
  const url = URL.createObjectURL(await response.blob());
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth * SCALE, image.naturalHeight * SCALE];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function startPng(figure, signal) {
  figure.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-png]");
    if (!button) return;
    button.disabled = true;
    try {
      const file = figure.querySelector("[data-file]");
      save(await drawn(file.href), `${figure.id.replace("picture-", "")}.png`);
    } catch {
      document.querySelector("#announcer").textContent = "The picture could not be saved as PNG; the SVG can be.";
      button.title = "could not be drawn: take the SVG";
    } finally {
      button.disabled = false;
    }
  }, { signal });
}
