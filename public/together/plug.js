// A network that can be pulled out, for the eyes: what the client is told is what a cut connection tells it.

const CUT = { code: 1006, reason: "" };

/** `Socket` takes the place of WebSocket; `pull` cuts, and refuses until `put`. */
export function plug() {
  let pulled = false;
  let socket;

  function Socket(url, protocols) {
    if (!pulled) return (socket = new WebSocket(url, protocols));
    const nowhere = { close() {}, send() {} };
    queueMicrotask(() => nowhere.onclose?.(CUT)); // by then somebody listens
    return nowhere;
  }

  const pull = () => {
    pulled = true;
    if (!socket) return;
    const { onclose } = socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    socket = undefined;
    onclose?.(CUT);
  };
  const put = () => {
    pulled = false;
  };
  return { Socket, pull, put };
}
