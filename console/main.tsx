// The console: who is there decides between the door and the house.
import { render, type VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { onChange, signedIn } from "./session.ts";
import { Shell } from "./shell.tsx";
import { SignIn } from "./sign-in.tsx";

function Console(): VNode {
  const [inside, setInside] = useState(signedIn());
  const [why, setWhy] = useState<string>();
  useEffect(() => onChange((reason) => {
    setInside(signedIn());
    setWhy(reason);
  }), []);
  return inside ? <Shell /> : <SignIn why={why} key={why ?? ""} />;
}

const root = document.getElementById("console");
if (root) {
  root.replaceChildren();
  render(<Console />, root);
}
