// A stand-in for PayPal's older script with paypal.Buttons(), against the sandbox.
checkClient(new URL(document.currentScript.src).searchParams.get("client-id"));

class Buttons {
  constructor(options = {}) {
    this.options = options;
    this.busy = false;
  }

  isEligible() { return true; }

  async render(place) {
    const target = typeof place === "string" ? document.querySelector(place) : place;
    if (!target) throw new Error(`PayPal: no element matches ${place}`);
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.textContent = "PayPal (sandbox)";
    Object.assign(this.button.style, { font: "inherit", minHeight: "44px", padding: "8px 16px", width: "100%", cursor: "pointer" });
    this.button.addEventListener("click", () => this.click());
    target.replaceChildren(this.button);
  }

  async close() { if (this.button) this.button.remove(); }

  async click() {
    if (this.busy) return;
    this.busy = true;
    try {
      await this.pay(async () => this.options.createOrder({ paymentSource: "paypal" }, {}));
    } catch (error) {
      if (!this.options.onError) throw error;
      this.options.onError(error);
    } finally {
      this.busy = false;
    }
  }

  async pay(makeOrder) {
    const { orderId, approved, payerId } = await decide(makeOrder);
    const { onApprove, onCancel } = this.options;
    const data = { orderID: orderId, payerID: payerId, paymentSource: "paypal" };
    const actions = {
      // The buyer chooses anew, for the same order.
      restart: () => this.pay(async () => orderId),
      redirect: (url) => location.assign(url),
    };
    if (approved) await (onApprove && onApprove(data, actions));
    else await (onCancel && onCancel(data, actions));
  }
}

globalThis.paypal = { ...globalThis.paypal, version: "5-sandbox", FUNDING: { PAYPAL: "paypal" }, Buttons: (options) => new Buttons(options) };
