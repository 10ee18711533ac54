// A device at the relay: what it writes and hears, and the state of its connection.
import { connect } from "./assets/relay.js";
import { Devices } from "./devices.js";
import { byId, clock, make, say, show } from "./dom.js";
import { Lines } from "./lines.js";
import { plug } from "./plug.js";
import { keyOf } from "./seal.js";
import * as tabs from "./tabs.js";
import { told } from "./words.js";

const STREAM = "notes";
/** How long somebody is said to type, in milliseconds. */
const TYPES = 3_000;
const NEWS = 20;

/** Goes on as that device until the page is left. */
export async function stay(device) {
  show("room");
  const devices = new Devices(device);
  const lines = new Lines(device, (id, name) => devices.named(id, name));
  const notebook = new tabs.Notebook(device.id, (line) => lines.hear(line));
  const network = plug();
  const { account, id, keys, serverKeys } = device;
  let state = { phase: "offline" };

  const onState = (now) => {
    state = now;
    const { phase, code, retry_ms: wait } = now;
    byId("state").textContent = told(now);
    countDown(phase === "waiting" ? wait : undefined);
    devices.connection(phase === "open");
    typing("");
    if (phase !== "ended") return;
    for (const control of byId("room").querySelectorAll("#writing *, #plug")) control.disabled = true;
    byId("again").textContent = "This tab cannot come again as this device. Forget it, and begin anew.";
    if (code === 4000 || code === 4001 || code === 4002) void tabs.keep(Object.assign(device, { state: "ended" }));
  };

  const onEvent = (entry) => {
    if (entry.class === "system") return news(entry, devices);
    if (entry.stream !== STREAM) return undefined;
    typing("");
    return lines.hear(entry);
  };

  const relay = await connect(
    {
      url: location.origin,
      account,
      device: id,
      keys,
      serverKeys,
      store: notebook,
      onEvent,
      onState,
      onPresence: (presence) => devices.present(presence),
      onTyping: ({ device: who, stream }) => stream === STREAM && typing(`${devices.name(who)} is typing …`),
      onAcknowledged: (events) => {
        lines.kept(events.map((event) => event.id));
        waiting();
      },
      onMissed: ({ from, to }) => say(`${to - from + 1} entries were removed before this device had them.`),
      onResync: () => say("The server's log began anew. Lines live on the devices alone: those that are here stay."),
    },
    { WebSocket: network.Socket },
  );
  for (const entry of await notebook.entries()) await onEvent(entry);

  function waiting() {
    const { queued } = relay;
    byId("queued").textContent = queued === 0 ? "" : queued === 1 ? "1 line waits to be sent." : `${queued} lines wait to be sent.`;
  }
  waiting();

  const there = () => relay.presence(document.hidden ? "idle" : "active");
  document.addEventListener("visibilitychange", there);
  if (document.hidden) there();

  write(relay, lines, waiting);
  byId("plug").addEventListener("click", ({ currentTarget: toggle }) => {
    const off = toggle.dataset.off !== undefined;
    toggle.toggleAttribute("data-off", !off);
    toggle.textContent = off ? "Go offline" : "Go online";
    if (!off) return network.pull();
    network.put();
    return relay.wake();
  });
  byId("rephrase").addEventListener("submit", async ({ currentTarget: form }) => {
    const { passphrase } = Object.fromEntries(new FormData(form));
    form.reset();
    device.seals = [await keyOf(passphrase, account), ...device.seals];
    await tabs.keep(device);
    await lines.retry();
    say("The passphrase is in use.");
  });
  byId("forget").addEventListener("click", () => devices.forget(state.phase === "ended", () => relay.close()));
}

/** Lines go out in the order in which they were written. */
function write(relay, lines, waiting) {
  let last = Promise.resolve();
  byId("writing").addEventListener("submit", () => {
    const text = byId("text").value.trim();
    if (text === "") return;
    byId("text").value = "";
    const sealed = lines.write(text);
    last = last.then(async () => {
      try {
        await relay.send(STREAM, await sealed);
      } catch (error) {
        say(`“${text}” could not be kept: ${error.message}.`, true);
      }
      waiting();
    });
  });
  byId("text").addEventListener("input", () => relay.typing(STREAM));
}

let counting;
/** Says how long until the next try; the words of the state stay as they are, so that nobody is read a clock. */
function countDown(ms) {
  clearInterval(counting);
  byId("again").textContent = "";
  if (ms === undefined) return;
  const end = performance.now() + ms;
  const tell = () => {
    byId("again").textContent = `Again in ${Math.max(0, Math.ceil((end - performance.now()) / 1000))} s.`;
  };
  tell();
  counting = setInterval(tell, 500);
}

let hush;
function typing(words) {
  byId("typing").textContent = words;
  clearTimeout(hush);
  hush = setTimeout(() => (byId("typing").textContent = ""), TYPES);
}

/** Something that the server changed. */
function news({ id, body, at }, devices) {
  const list = byId("system");
  if (list.querySelector(`[data-event="${CSS.escape(id)}"]`)) return;
  const { type, subject_id: subject } = JSON.parse(body);
  if (type === "device.revoked" || type === "device.deleted") devices.gone(subject);
  const row = make("li", "", { "data-event": id });
  row.append(make("code", type), ` at ${clock(at)}`);
  list.prepend(row);
  while (list.children.length > NEWS) list.lastChild.remove();
  byId("quiet").hidden = true;
}
