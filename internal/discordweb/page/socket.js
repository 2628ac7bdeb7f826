// The connection to the local Discord: calls that are answered, and pushes. It
// comes back by itself, and says hello again as who it was.

/** Refused is what a call that failed throws. `code`: refused, failed, unknown or closed. */
export class Refused extends Error {
  constructor({ error, code, field }) {
    super(error);
    this.code = code;
    this.field = field;
  }
}

const calls = new Map(); // by id: {resolve, reject}
const listeners = new Map(); // by push: a list of functions
let socket = null;
let last = 0;
let wait = 0; // milliseconds before the next attempt

/** on calls listener for every push of a kind. `open` and `lost` are the connection's own, `called` is a call that was answered. */
export function on(push, listener) {
  if (!listeners.has(push)) listeners.set(push, []);
  listeners.get(push).push(listener);
}

function tell(push, detail) {
  for (const listener of listeners.get(push) ?? []) listener(detail);
}

/** connect opens the connection, and opens it again whenever it is lost. */
export function connect() {
  const address = new URL('client/socket', document.baseURI);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  socket = new WebSocket(address);
  socket.addEventListener('open', () => {
    wait = 0;
    tell('open', {});
  });
  socket.addEventListener('message', (event) => take(JSON.parse(event.data)));
  socket.addEventListener('close', () => {
    for (const call of calls.values()) call.reject(new Refused({ error: 'The connection was lost. Try again.', code: 'closed' }));
    calls.clear();
    tell('lost', {});
    setTimeout(connect, wait);
    wait = Math.min(5000, wait * 2 + 200);
  });
}

function take(frame) {
  if (frame.push) {
    tell(frame.push, frame);
    return;
  }
  const call = calls.get(frame.re);
  calls.delete(frame.re);
  if (!call) return;
  if (frame.error === undefined) call.resolve(frame.ok ?? {});
  else call.reject(new Refused(frame));
}

/**
 * call asks the local Discord for something.
 *
 * @param {string} what the call's name
 * @param {object} [args] its arguments
 * @returns {Promise<object>} what it answered; rejects with Refused
 */
export function call(what, args = {}) {
  return new Promise((resolve, reject) => {
    if (socket?.readyState !== WebSocket.OPEN) {
      reject(new Refused({ error: 'There is no connection at the moment.', code: 'closed' }));
      return;
    }
    const id = ++last;
    const answered = (ok) => {
      resolve(ok);
      tell('called', { ...args, do: what });
    };
    calls.set(id, { resolve: answered, reject });
    socket.send(JSON.stringify({ ...args, id, do: what }));
  });
}
