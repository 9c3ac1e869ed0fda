// A socket that comes back. Frames are JSON, one object each.
//
// connect(path, { onFrame, onState, url }) → { send(object), close() }
//   onFrame(frame)   each parsed frame
//   onState(state)   { name: "connecting" | "live" }
//                    { name: "reconnecting", seconds }   counted down once a second
//                    { name: "closed", code }            final: nothing more will come
//   url()            the path of the next attempt, asked anew each time, so that a reader
//                    goes on at the offset or number it has reached

const FINAL_CODES = new Set([1000, 4401, 4403, 4404]);
const SERVER_RESTARTS = 1012;
const LONGEST_WAIT_SECONDS = 15;
// A server that said it restarts is back within seconds; until then it refuses.
const RESTART_MS = 15_000;
// A socket that fell at once after opening has not proved the server well.
const PROVED_AFTER_MS = 5000;

export function connect(path, { onFrame, onState = () => {}, url = () => path }) {
  let socket = null;
  let attempts = 0;
  let timer = 0;
  let ended = false;
  let restartingUntil = 0;

  function address() {
    const target = new URL(url(), location.href);
    target.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    return target;
  }

  function open() {
    clearTimeout(timer);
    timer = 0;
    let openedAt = 0;
    onState({ name: "connecting" });
    socket = new WebSocket(address());
    socket.onopen = () => {
      openedAt = performance.now();
      onState({ name: "live" });
    };
    socket.onmessage = (message) => onFrame(JSON.parse(message.data));
    socket.onclose = ({ code }) => {
      if (ended) return;
      if (FINAL_CODES.has(code)) {
        ended = true;
        window.removeEventListener("online", hurry);
        onState({ name: "closed", code });
        return;
      }
      if (openedAt && performance.now() - openedAt > PROVED_AFTER_MS) attempts = 0;
      if (code === SERVER_RESTARTS) restartingUntil = performance.now() + RESTART_MS;
      if (performance.now() < restartingUntil) {
        wait(0.3 + Math.random() / 2);
      } else {
        wait(backoff());
        attempts += 1;
      }
    };
  }

  function backoff() {
    // Spread out, so that a hundred pages do not come back in the same instant.
    return Math.min(2 ** attempts, LONGEST_WAIT_SECONDS) * (0.75 + Math.random() / 2);
  }

  function wait(seconds) {
    if (seconds <= 0) {
      open();
      return;
    }
    onState({ name: "reconnecting", seconds: Math.ceil(seconds) });
    const step = Math.min(1, seconds);
    timer = setTimeout(() => wait(seconds - step), step * 1000);
  }

  function hurry() {
    if (timer) open();
  }

  window.addEventListener("online", hurry);
  open();

  return {
    send(object) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(object));
    },
    close() {
      ended = true;
      clearTimeout(timer);
      window.removeEventListener("online", hurry);
      // Closed before it is open, the browser would call it a failure in the console.
      if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close(1000);
      else socket.close(1000);
    },
  };
}
