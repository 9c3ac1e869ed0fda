// The rows of a comparison: when the last one is written on, another follows it.

const body = document.querySelector("[data-sides] tbody");

function isEmpty(row) {
  return [...row.querySelectorAll("input")].every((input) => !input.value);
}

function addRow() {
  const n = body.rows.length;
  const row = body.rows[n - 1].cloneNode(true);
  for (const input of row.querySelectorAll("input")) {
    input.value = "";
    input.removeAttribute("aria-invalid");
    input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+/, n + 1));
    if (input.name === "side_key") input.setAttribute("aria-describedby", `fault-side-${n}`);
  }
  const fault = row.querySelector(".fault");
  fault.id = `fault-side-${n}`;
  fault.textContent = "";
  body.append(row);
}

body?.addEventListener("input", () => {
  if (!isEmpty(body.rows[body.rows.length - 1])) addRow();
});
