// A platform with the official Node library: makes one call of it, and tells how it ended.

const Pusher = require(process.argv[2]);

async function answered(value) {
  const response = await value;
  return typeof response?.text === "function" ? { status: response.status, body: await response.text() } : response;
}

const { config, call, args } = JSON.parse(process.argv[3]);
const library = new Pusher(config);

const calls = {
  isValid: ([headers, rawBody]) => library.webhook({ headers, rawBody }).isValid(),
};

Promise.resolve(calls[call] ? calls[call](args) : answered(library[call](...args)))
  .then((value) => console.log(JSON.stringify({ value })))
  .catch((error) => console.log(JSON.stringify({ error: error.name, status: error.status, body: error.body })));
