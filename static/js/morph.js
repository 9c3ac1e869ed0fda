// Makes what is shown equal to what has come, touching only what differs: focus, selection,
// hover and ticked boxes stay. Children with an id are matched by it, others by order.

const OWN_TO_THE_PAGE = new Set(["open", "data-here"]);

export function morph(shown, fresh) {
  if (shown.isEqualNode(fresh)) return;
  if (shown.nodeName !== fresh.nodeName) {
    shown.replaceWith(document.importNode(fresh, true));
  } else if (shown.nodeType !== Node.ELEMENT_NODE) {
    shown.nodeValue = fresh.nodeValue;
  } else {
    copyAttributes(shown, fresh);
    morphChildren(shown, fresh);
  }
}

function copyAttributes(shown, fresh) {
  for (const { name } of [...shown.attributes]) {
    if (!fresh.hasAttribute(name) && !OWN_TO_THE_PAGE.has(name)) shown.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
}

export function morphChildren(shown, fresh) {
  const byId = new Map([...shown.children].filter((node) => node.id).map((node) => [node.id, node]));
  let place = shown.firstChild;
  for (const node of [...fresh.childNodes]) {
    const match = node.id ? byId.get(node.id) : place;
    if (match && match.nodeName === node.nodeName && (node.id || !match.id)) {
      if (match === place) place = place.nextSibling;
      else shown.insertBefore(match, place);
      morph(match, node);
    } else {
      shown.insertBefore(document.importNode(node, true), place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

export function parse(html) {
  return new DOMParser().parseFromString(html, "text/html");
}
