// Writes tests/truth/human_design.json: what an independent implementation, natalengine 1.6.0 (MIT), makes of 500 births.
//
//   npm install --ignore-scripts --prefix <folder> natalengine@1.6.0
//   node tools/truth/human_design.mjs <folder> > tests/truth/human_design.json
//
// Only what follows from its gates and lines is compared with ours (channels, centers, type, authority, definition,
// profile, angle, spheres), not its positions, which are good to a minute of arc. None of its code or texts is used.

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
if (!folder) throw new Error("usage: node tools/truth/human_design.mjs <folder with node_modules>");
const file = resolve(folder, "node_modules/natalengine/src/calculators/humandesign.js");
const { calculateHumanDesign, calculateGeneKeys } = await import(pathToFileURL(file));

const POINTS = ["sun", "earth", "northNode", "southNode", "moon", "mercury", "venus", "mars", "jupiter", "saturn", "uranus", "neptune", "pluto"];
const CENTERS = { solar: "solar_plexus" };
const TYPES = { "Manifesting Generator": "manifesting_generator" };
const AUTHORITIES = {
  "Emotional Authority": "emotional",
  "Sacral Authority": "sacral",
  "Splenic Authority": "splenic",
  "Ego/Heart Authority": "ego",
  "Self-Projected Authority": "self_projected",
  "Mental/Environment": "mental",
  "Lunar Authority": "lunar",
};
const SPHERES = (keys) => ({
  lifes_work: keys.activationSequence.lifeWork,
  evolution: keys.activationSequence.evolution,
  radiance: keys.activationSequence.radiance,
  purpose: keys.activationSequence.purpose,
  attraction: keys.venusSequence.attraction,
  iq: keys.venusSequence.iq,
  eq: keys.venusSequence.eq,
  sq: keys.venusSequence.sq,
  core: keys.core,
  vocation: keys.pearlSequence.vocation,
  culture: keys.pearlSequence.culture,
  brand: keys.brand,
  pearl: keys.pearlSequence.pearl,
});

// Park and Miller's generator, so that the births are the same on every machine.
let state = 20260301;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;

const [first, last] = [Date.UTC(1900, 3, 1), Date.UTC(2100, 11, 31)];
const births = [];
for (let count = 0; count < 500; count += 1) {
  const at = new Date(first + Math.floor((random() * (last - first)) / 60_000) * 60_000);
  const chart = calculateHumanDesign(at.toISOString().slice(0, 10), at.getUTCHours() + at.getUTCMinutes() / 60, 0);
  const side = (name) => POINTS.map((point) => `${chart.gates[name][point].gate}.${chart.gates[name][point].line}`);
  const word = (name) => name.split(" ")[0].toLowerCase();
  births.push({
    utc: at.toISOString(),
    activations: [...side("personality"), ...side("design")].join(" "),
    channels: chart.channels.map(({ gates }) => gates.toSorted((a, b) => a - b)).toSorted((a, b) => a[0] - b[0] || a[1] - b[1]).map((gates) => gates.join("-")).join(" "),
    centers: chart.centers.definedNames.map((name) => CENTERS[name] ?? name).toSorted().join(" "),
    type: TYPES[chart.type.name] ?? word(chart.type.name),
    authority: AUTHORITIES[chart.authority.name],
    definition: word(chart.definition).replace(/^no$/, "none"),
    profile: chart.profile.numbers,
    angle: chart.incarnationCross.angle,
    spheres: Object.entries(SPHERES(calculateGeneKeys(chart))).map(([key, { keyLine }]) => `${key}:${keyLine}`).join(" "),
  });
}
process.stdout.write(`[\n${births.map((birth) => JSON.stringify(birth)).join(",\n")}\n]\n`);
