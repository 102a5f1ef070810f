// Keeps a page current: asks for it again every two seconds while it is seen, and puts in the parts that changed.
// A part has `data-live` and an id. One that holds the focus or a selection waits until it is let go; what is no such
// part, as the frame of a mail that is being read, stays as it is. Without this script a page says when it was read.
const current = () => document.getElementById("as-of")?.setAttribute("hidden", "");

const address = () => {
  const url = new URL(location.href);
  // The newest row is open unless one was chosen; a newer one must not take its place under the reader's eyes.
  const chosen = document.getElementById("panes")?.dataset.chosen;
  if (chosen) url.searchParams.set("item", chosen);
  return url;
};

const isHeld = (part) => {
  const selection = document.getSelection();
  return part.contains(document.activeElement) || (!selection.isCollapsed && selection.containsNode(part, true));
};

const refresh = async () => {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch(address()).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(part.id);
    if (next && next.innerHTML !== part.innerHTML && !isHeld(part)) part.replaceWith(document.adoptNode(next));
  }
  current();
  const panes = document.getElementById("panes");
  if (panes && !panes.dataset.chosen) panes.dataset.chosen = fresh.getElementById("panes").dataset.chosen;
};

current();
setInterval(refresh, 2000);
