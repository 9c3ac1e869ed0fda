// The one little box that says a value, beside its mark.

const GAP_PX = 10;
let box = null;

function made() {
  box = document.createElement("div");
  box.className = "picture-tip";
  box.hidden = true;
  document.body.append(box);
  return box;
}

export function showTip(text, rect) {
  const tip = box ?? made();
  tip.textContent = text;
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const right = rect.right + GAP_PX;
  const left = right + width > innerWidth ? rect.left - GAP_PX - width : right;
  const top = Math.min(Math.max(rect.top - GAP_PX - height / 2, 4), innerHeight - height - 4);
  tip.style.left = `${Math.max(4, left)}px`;
  tip.style.top = `${top}px`;
}

export function hideTip() {
  if (box) box.hidden = true;
}
