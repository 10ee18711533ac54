// The way of a tab until it is an active device: which one it is, who signs in, registration, and waiting to be let in.
import { findDevice, makeKeys, register } from "./assets/relay.js";
import * as api from "./api.js";
import { busy, button, byId, clock, grouped, make, say, show, submitted } from "./dom.js";
import { keyOf } from "./seal.js";
import * as tabs from "./tabs.js";

/** How often a device that waits looks whether it was let in, in milliseconds; besides, when somebody comes back to it. */
const LOOK = 10_000;
/** The same after the server has asked for patience. */
const LOOK_LATER = 65_000;
const NAMES = ["Amber", "Birch", "Cedar", "Delta", "Ember", "Fjord", "Grove", "Heron", "Indigo", "Juniper", "Kestrel", "Lagoon"];

/** An active device that this tab alone uses. */
export async function entered() {
  const id = tabs.current();
  const device = id && (await claimed(id));
  if (device) return device.state === "pending" ? confirmed(device) : device;
  tabs.leave();
  await offerFree();
  show("signin");
  await signIn();
  return enrolled();
}

/** The device that this tab was, as soon as no other tab has it. */
async function claimed(id) {
  if (!(await tabs.claim(id, { wait: false }))) {
    byId("apart").onclick = () => {
      tabs.leave();
      location.reload();
    };
    show("elsewhere");
    await tabs.claim(id, { wait: true });
  }
  return tabs.find(id);
}

/** Devices of tabs that were closed. */
async function offerFree() {
  const free = await tabs.free();
  byId("known").hidden = free.length === 0;
  const goOn = ({ id }) => {
    tabs.become(id);
    location.reload();
  };
  byId("free").replaceChildren(
    ...free.map((device) => {
      const row = make("li", device.name);
      row.append(button("Go on", () => goOn(device), { "aria-label": `Go on as ${device.name}` }));
      return row;
    }),
  );
}

/** Waits until somebody has signed in, to that account if one is named. */
export async function signIn(account) {
  const form = byId("credentials");
  for (;;) {
    const typed = await submitted(form);
    try {
      await busy(form, () => api.signIn(typed, account));
      form.reset();
      byId("second").hidden = true;
      return say();
    } catch (error) {
      if (error.code === "two-factor-required") {
        byId("second").hidden = false;
        byId("factor").focus();
      }
      say(api.words(error), true);
    }
  }
}

/** Makes keys and registers this tab as a device. */
async function enrolled() {
  const form = byId("enrolment");
  byId("name").value = NAMES[Math.floor(Math.random() * NAMES.length)];
  show("enrol");
  for (;;) {
    const { name, passphrase } = await submitted(form);
    try {
      const device = await busy(form, async () => {
        const account = api.account();
        const { keys: known } = await api.relay();
        const serverKeys = known.map(({ public_key: key }) => key); // pinned: no others are believed from now on
        const seals = [await keyOf(passphrase, account)];
        return registered({ account, name: name.trim() || "Device", keys: await makeKeys(), seals, serverKeys, names: {} });
      });
      form.reset();
      return device.state === "active" ? device : confirmed(device, "fresh");
    } catch (error) {
      say(api.words(error), true);
      if (api.account()) continue;
      show("signin");
      await signIn();
      show("enrol");
    }
  }
}

/** Registers the device's key, once more if it is pending still: it gets another id and code then. */
async function registered(before) {
  const platform = navigator.userAgentData?.platform || "Browser";
  const { device, pairing_code: code } = await api.signed((access) => register(access, before.keys, before.name, platform));
  const { id, state, fingerprint, pairing_ends_at: ends } = device;
  const now = { ...before, id, state, fingerprint, code, ends };
  await tabs.keep(now);
  tabs.become(id);
  if (before.id && before.id !== id) await tabs.drop(before.id);
  await tabs.claim(id, { wait: true });
  say();
  return now;
}

/** Shows the code and waits until another device has let this one in. Calls are counted, so it looks only if it is worth it. */
async function confirmed(device, reason = "look") {
  for (;;) {
    let pause = LOOK;
    try {
      if (!api.account()) {
        show("signin");
        await signIn(device.account);
      }
      if (reason === "anew") device = await registered(device);
      const { state } = reason === "look" ? await api.signed((access) => findDevice(access, device.id)) : device;
      if (state !== "pending") {
        const active = { ...device, state, code: undefined, ends: undefined };
        await tabs.keep(active);
        say();
        return active;
      }
    } catch (error) {
      if (error.status === 429) pause = LOOK_LATER;
      say(error.status === 404 ? "The code has ended. Ask for another one." : api.words(error), true);
    }
    if (!api.account()) continue;
    showCode(device);
    reason = await nudged(pause);
  }
}

function showCode({ code, ends, fingerprint }) {
  byId("code").textContent = code;
  byId("print").textContent = grouped(fingerprint);
  byId("ends").textContent = clock(ends);
  byId("stuck").ontoggle = () => byId("stuck").open && offerActive();
  if (byId("pending").hidden) show("pending");
}

/** Something that makes it worth a look whether this device was let in. */
const nudged = (pause) =>
  new Promise((resolve) => {
    const over = new AbortController();
    const end = (reason) => {
      if (reason === "look" && document.hidden) return;
      over.abort();
      clearInterval(timer);
      resolve(reason);
    };
    const timer = setInterval(end, pause, "look");
    const on = (target, type, reason) => target.addEventListener(type, () => end(reason), { signal: over.signal });
    on(byId("look"), "click", "look");
    on(byId("anew"), "click", "anew");
    on(window, "focus", "look");
    on(document, "visibilitychange", "look");
  });

/** The devices that could let this one in, to be shut out by who has lost them. */
async function offerActive() {
  const list = byId("actives");
  const shutOut = async ({ id }) => {
    try {
      await api.revoke(id);
      await offerActive();
      if (list.children.length === 0) byId("anew").click(); // nobody is left to ask
    } catch (error) {
      say(api.words(error), true);
      if (!api.account()) byId("look").click();
    }
  };
  try {
    const active = (await api.devices()).filter(({ state }) => state === "active");
    list.replaceChildren(
      ...active.map((device) => {
        const row = make("li", device.name);
        row.append(button("Shut out", () => shutOut(device), { "aria-label": `Shut out ${device.name}` }));
        return row;
      }),
    );
  } catch (error) {
    say(api.words(error), true);
  }
}
