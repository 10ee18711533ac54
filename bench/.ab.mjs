// usage: node ab.mjs <job> <rounds> <seconds> <bundle>... ; "floor"/"peer" allowed
import { mkdtempSync, cpSync } from "node:fs"; import { randomBytes } from "node:crypto";
import { bundled, houseConfig, modulesOf, witness } from "/work/main/bench/lib/subjects.mjs";
import { startWorker } from "/work/main/bench/lib/worker.mjs";
import { databaseFile, migrate, seedReadings } from "/work/main/bench/lib/seed.mjs";
import { realAccount, cachedCalculation } from "/work/main/bench/lib/account.mjs";
import { jobsFor, call, CALCULATION } from "/work/main/bench/lib/jobs.mjs";
import { load } from "/work/main/bench/lib/load.mjs";
import { median } from "/work/main/bench/lib/statistics.mjs";
import { calculationKey } from "/work/main/bench/subjects/peer/calculation-key.mjs";
const [jobName, rounds, seconds, ...bundles] = process.argv.slice(2);
const st = mkdtempSync("/tmp/bench-copy/ab-");
const config = houseConfig();
const secrets = Object.fromEntries(["JWT_SECRET","CURSOR_SECRET"].map(n=>[n,randomBytes(32).toString("base64url")]));
const wo = (b) => witness(modulesOf(b), config, { ...secrets, LIMIT_SCALE: "1000000" });
let w = await startWorker({name:"w",options:await bundled("subjects/floor.mjs",config,{}),state:st+"/o"}); await (await w.miniflare.getD1Database("DB")).prepare("select 1").run(); await w.stop();
const f = databaseFile(st+"/o"); migrate(f, "/work/main/migrations");
const first = bundles.find(b=>b.startsWith("/"));
w = await startWorker({name:"w",options:wo(first),state:st+"/o",onError:console.error});
const account = await realAccount(w, secrets.JWT_SECRET); const calc = await cachedCalculation(w, account.token); await w.stop();
seedReadings(f, account.user, 10000, account.samples);
const key = await calculationKey(CALCULATION, new Date().toISOString().slice(0,10));
const ws=[];
for (const b of bundles) { const n=b.split("/").pop(); cpSync(st+"/o", st+"/"+n, {recursive:true});
  const options = b==="floor"? await bundled("subjects/floor.mjs",config,{ BENCH_USER: account.user, BENCH_CALCULATION: key }) : b==="peer" ? await bundled("subjects/peer/index.mjs", config, {...secrets, JWT_KEY_BASE64: account.key.toString("base64"), JWT_ISSUER: account.claims.iss, JWT_AUDIENCE: account.claims.aud, VERSION:"0"}) : wo(b);
  const x = await startWorker({name:n,options,state:st+"/"+n,onError:console.error}); ws.push(x);
  if (!b.startsWith("/")) await (await x.miniflare.getKVNamespace("CACHE")).put(key, calc); }
const job = jobsFor(account.token).find(j=>j.name===jobName); const res={};
for (const x of ws) { const a=await call(x,job); console.log(x.name,a.status,a.text.length,a.headers.get("server-timing")); await load(x,job,3,8); const c=await call(x,job); console.log(c.headers.get("server-timing")); }
for (let i=0;i<+rounds;i++) for (const x of ws) (res[x.name]??=[]).push(await load(x,job,+seconds,8));
for (const [n,a] of Object.entries(res)) { const c=a.map(r=>r.cpuMicros); console.log(n.padEnd(20), median(c).toFixed(1).padStart(8), "min", Math.min(...c).toFixed(1).padStart(8), "rps", median(a.map(r=>r.rps)).toFixed(0), c.map(x=>x.toFixed(0)).join(" ")); }
await Promise.all(ws.map(x=>x.stop())); process.exit();
