// A browser with pusher-js: does what it is told on stdin, a JSON value a line, and tells on stdout what it hears.

const readline = require("node:readline");
const Pusher = require(process.argv[2]);

const clients = {};

function tell(client, what, more) {
  process.stdout.write(JSON.stringify({ client, what, ...more }) + "\n");
}

const acts = {
  open({ client, key, options }) {
    const pusher = (clients[client] = new Pusher(key, options));
    pusher.connection.bind("state_change", ({ previous, current }) => tell(client, current, { previous, socket: pusher.connection.socket_id }));
    pusher.connection.bind("error", (error) => tell(client, "error", { error }));
    pusher.user.bind_global((event, data) => tell(client, "user", { event, data }));
    for (const event of ["online", "offline"]) {
      pusher.user.watchlist.bind(event, (data) => tell(client, "watchlist", { event, ids: data.user_ids }));
    }
  },
  subscribe({ client, channel }) {
    clients[client].subscribe(channel).bind_global((event, data) => tell(client, "event", { channel, event, data }));
  },
  bind({ client, channel, event }) {
    clients[client].channel(channel).bind(event, (data, about) => tell(client, "bound", { data, about }));
  },
  unsubscribe({ client, channel }) {
    clients[client].unsubscribe(channel);
  },
  trigger({ client, channel, event, data }) {
    tell(client, "triggered", { sent: clients[client].channel(channel).trigger(event, data) });
  },
  members({ client, channel }) {
    const { count, me, members } = clients[client].channel(channel).members;
    tell(client, "members", { count, me, members });
  },
  signin({ client }) {
    clients[client].signin();
    clients[client].user.signinDonePromise.then(() => tell(client, "signed in"));
  },
  state({ client }) {
    tell(client, "state", { state: clients[client].connection.state, socket: clients[client].connection.socket_id });
  },
  disconnect({ client }) {
    clients[client].disconnect();
  },
};

readline.createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { act, ...fields } = JSON.parse(line);
    acts[act](fields);
  })
  .on("close", () => process.exit(0));
