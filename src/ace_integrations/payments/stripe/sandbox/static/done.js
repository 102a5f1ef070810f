// 3-D Secure has ended inside a frame: say so to the page around it.
parent.postMessage({ sandbox: "stripe", authenticated: true }, "*");
