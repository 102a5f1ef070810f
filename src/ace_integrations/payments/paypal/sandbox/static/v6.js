// A stand-in for PayPal's JavaScript SDK of version 6, against the sandbox.
const RETURNING = "paypal-sandbox-order";
const MODES = { auto: "popup", popup: "popup", modal: "modal", "payment-handler": "modal", redirect: "redirect", "direct-app-switch": "redirect" };

class OneTimePaymentSession {
  constructor({ onApprove, onCancel, onError } = {}) {
    Object.assign(this, { onApprove, onCancel, onError });
  }

  // `order` is a promise of { orderId }, or a function that gives one.
  async start({ presentationMode = "auto", autoRedirect = { enabled: true } } = {}, order = undefined) {
    const mode = MODES[presentationMode];
    if (!mode) throw new Error(`PayPal: there is no presentation mode ${presentationMode}`);
    const given = typeof order === "function" ? order() : order;
    const orderId = Promise.resolve(given).then((made) => made && made.orderId);
    try {
      if (mode === "redirect") return await this.leave(orderId, autoRedirect);
      await this.told(await decide(() => orderId, { modal: mode === "modal" }));
    } catch (error) {
      this.fail(error);
    }
    return undefined;
  }

  async leave(orderId, autoRedirect) {
    const token = await orderId;
    sessionStorage.setItem(RETURNING, token);
    const redirectURL = `${base}/checkoutnow?token=${encodeURIComponent(token)}`;
    if (autoRedirect.enabled !== false) location.assign(redirectURL);
    return { redirectURL };
  }

  // Whether this page is where the buyer came back to.
  hasReturned() {
    const token = new URLSearchParams(location.search).get("token");
    return token !== null && token === sessionStorage.getItem(RETURNING);
  }

  async resume() {
    if (!this.hasReturned()) return;
    const query = new URLSearchParams(location.search);
    sessionStorage.removeItem(RETURNING);
    const payerId = query.get("PayerID") || undefined;
    try {
      await this.told({ orderId: query.get("token"), approved: payerId !== undefined, payerId });
    } catch (error) {
      this.fail(error);
    }
  }

  async told({ orderId, approved, payerId }) {
    if (approved) await (this.onApprove && this.onApprove({ orderId, payerId, fundingSource: "paypal" }));
    else await (this.onCancel && this.onCancel({ orderId }));
  }

  fail(error) {
    if (!this.onError) throw error;
    this.onError(error);
  }
}

class PayPalButton extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "PayPal (sandbox)";
    Object.assign(button.style, { font: "inherit", minHeight: "44px", padding: "8px 16px", width: "100%", cursor: "pointer" });
    this.attachShadow({ mode: "open", delegatesFocus: true }).append(button);
  }
}
if (!customElements.get("paypal-button")) customElements.define("paypal-button", PayPalButton);

const COMPONENTS = {
  "paypal-payments": () => ({ createPayPalOneTimePaymentSession: (handlers) => new OneTimePaymentSession(handlers) }),
};

const createInstance = async ({ clientId, components = ["paypal-payments"] } = {}) => {
  checkClient(clientId);
  const unknown = components.find((name) => !COMPONENTS[name]);
  if (unknown) throw new Error(`PayPal: the sandbox has no component ${unknown}`);
  return {
    findEligibleMethods: async () => ({ isEligible: (method) => method === "paypal", getDetails: () => ({}) }),
    ...Object.assign({}, ...components.map((name) => COMPONENTS[name]())),
  };
};

globalThis.paypal = { ...globalThis.paypal, version: "6-sandbox", createInstance };
