// What both stand-ins share: the approval page in a window of its own, or over the page.
const CLIENT_ID = "sandbox-paypal-client-id";
const base = document.currentScript.src.replace(/\/(web-sdk\/v6\/core|sdk\/js)(\?.*)?$/, "");
const origin = new URL(base).origin;

const checkClient = (clientId) => {
  if (clientId !== CLIENT_ID) throw new Error(`PayPal: the sandbox needs its own client id, ${CLIENT_ID}`);
};

const pageOf = (orderId) => `${base}/checkoutnow?${new URLSearchParams({ token: orderId, origin: location.origin })}`;

// Gives what the buyer decided, { approved, payerId }; closing the page is canceling.
const decisionOf = (orderId, shown) => new Promise((resolve) => {
  let closed = 0;
  const end = (decision) => {
    removeEventListener("message", hear);
    clearInterval(watch);
    resolve(decision);
  };
  const hear = (event) => {
    const message = event.data || {};
    if (event.origin !== origin || event.source !== shown.source()) return;
    if (message.sandbox === "paypal" && message.token === orderId) end(message);
  };
  // Twice, since the message of a page that closes itself may still be on its way.
  const watch = setInterval(() => {
    closed = shown.isClosed() ? closed + 1 : 0;
    if (closed > 1) end({ approved: false });
  }, 250);
  addEventListener("message", hear);
});

const inWindow = () => {
  // Opened at once, while the buyer's click still counts; it goes to the page when the order is known.
  const popup = window.open("", "_blank", "popup,width=480,height=720");
  if (!popup) return undefined;
  return {
    go: (url) => { popup.location = url; },
    source: () => popup,
    isClosed: () => popup.closed,
    close: () => popup.close(),
  };
};

const overThePage = () => {
  const dialog = document.createElement("dialog");
  const frame = document.createElement("iframe");
  frame.title = "PayPal";
  Object.assign(frame.style, { width: "min(480px, 90vw)", height: "min(720px, 80vh)", border: "0" });
  Object.assign(dialog.style, { padding: "0", border: "0", borderRadius: "14px" });
  dialog.append(frame);
  document.body.append(dialog);
  dialog.showModal();
  return {
    go: (url) => { frame.src = url; },
    source: () => frame.contentWindow,
    isClosed: () => !dialog.open,
    close: () => dialog.remove(),
  };
};

// Shows the page for an order that `makeOrder` gives the id of; gives the id and the decision.
const decide = async (makeOrder, { modal = false } = {}) => {
  const shown = (modal ? undefined : inWindow()) || overThePage();
  try {
    const orderId = await makeOrder();
    if (typeof orderId !== "string" || !orderId) throw new Error("PayPal: no order id came from the application");
    shown.go(pageOf(orderId));
    return { orderId, ...(await decisionOf(orderId, shown)) };
  } finally {
    shown.close();
  }
};
