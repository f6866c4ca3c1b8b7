import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
const script = readFileSync(new URL("../../tracker/dist/haru.js", import.meta.url));
let log = [];
const api = createServer((q, r) => { if (q.method==="GET"){r.setHeader("content-type","text/javascript");return r.end(script);} let b="";q.on("data",d=>b+=d);q.on("end",()=>{ const e=JSON.parse(b||"{}"); log.push(q.method+" "+e.n+" "+(e.p||"").replace(/.*:\d+/,"")+" "+(e.e??"")); r.writeHead(200,{"access-control-allow-origin":"*"}); r.end(); }); });
await new Promise(d=>api.listen(0,"127.0.0.1",d));
const tag = `<script defer src="http://127.0.0.1:${api.address().port}/js/haru.js" data-token="T" data-local></script>`;
const site = createServer((q,r)=>{r.setHeader("content-type","text/html");r.end(`<!doctype html><title>t</title>${tag}<a href="/b">b</a><a id=x href="http://other.test:${site.address().port}/x">x</a>`)});
await new Promise(d=>site.listen(0,"127.0.0.1",d));
const P=site.address().port;
for (const noFlag of [false, true]) {
const b = await chromium.launch({executablePath:"/usr/bin/chromium",args:["--headless","--no-sandbox","--disable-gpu","--host-resolver-rules=MAP *.test 127.0.0.1"], ignoreDefaultArgs: noFlag?["--disable-back-forward-cache"]:[]});
for (const host of ["shop.test","127.0.0.1"]) for (const leave of ["blank","same","other","clickother","close"]) {
  const c = await b.newContext(); const p = await c.newPage(); log=[];
  await p.goto(`http://${host}:${P}/a`); await p.waitForTimeout(700);
  if (leave==="blank") await p.goto("about:blank");
  if (leave==="same") await p.goto(`http://${host}:${P}/b`);
  if (leave==="other") await p.goto(`http://other.test:${P}/x`);
  if (leave==="clickother") await p.click("#x");
  if (leave==="close") await p.close();
  await new Promise(d=>setTimeout(d,900));
  console.log(noFlag?"bfcache":"no-bf  ", host, leave, JSON.stringify(log));
  await c.close();
}
await b.close(); }
api.closeAllConnections(); site.closeAllConnections(); api.close(); site.close();
