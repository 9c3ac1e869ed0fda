// Folds the lines between `::group::name` and `::endgroup::`. A group that ends well folds by
// itself; one with an error in it, or that never ended, stays open.

const BEGIN = /::group::(.*)$/;
const END = /::endgroup::\s*$/;
const ERROR = /Traceback \(most recent call last\)|\b(?:ERROR|CRITICAL|FATAL)\b|\b\w*(?:Error|Exception):/;
let groups = 0;

export class Groups {
  current = null;

  // Called with each line's element in order, before it is in the page.
  take(element, text) {
    const begin = text.includes("::") ? BEGIN.exec(text) : null;
    if (begin) this.begin(element, begin[1].trim() || "group");
    else if (this.current && END.test(text)) this.end(element);
    else if (this.current) this.member(element, text);
  }

  begin(element, name) {
    groups += 1;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "line-fold";
    button.dataset.fold = groups;
    button.setAttribute("aria-expanded", "true");
    button.textContent = name;
    element.querySelector(".line-text").replaceChildren(button);
    this.current = { id: String(groups), button, members: [], failed: false };
  }

  member(element, text) {
    element.dataset.group = this.current.id;
    this.current.failed ||= ERROR.test(text);
    this.current.members.push(new WeakRef(element));
  }

  end(element) {
    element.dataset.group = this.current.id;
    const members = this.current.members.map((member) => member.deref()).filter(Boolean);
    if (!this.current.failed) setFolded(this.current.button, [...members, element], true);
    this.current = null;
  }
}

function setFolded(button, members, folded) {
  button.setAttribute("aria-expanded", String(!folded));
  for (const member of members) member.hidden = folded;
}

export function toggleGroup(pane, button) {
  const members = pane.querySelectorAll(`[data-group="${button.dataset.fold}"]`);
  setFolded(button, members, button.getAttribute("aria-expanded") === "true");
}

// A line that somebody looks for must not stay hidden in its group.
export function reveal(pane, line) {
  if (!line.hidden) return;
  const button = pane.querySelector(`[data-fold="${line.dataset.group}"]`);
  if (button) toggleGroup(pane, button);
  else line.hidden = false;
}
