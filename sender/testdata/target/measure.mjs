// Records what axios puts on the wire for the URLs of urls.json, as measure.py does for the Python clients:
//
//     node measure.mjs FOLDER/node_modules/axios/index.js > axios.json      (axios 1.6.2)
//
// Every connection goes to one loopback socket; nothing leaves the machine.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import tls from "node:tls";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const file = path.resolve(process.argv[2]);
const axios = (await import(pathToFileURL(file))).default;
const version = createRequire(file)("./package.json").version;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "measure-"));
const [key, cert] = ["key.pem", "cert.pem"].map((name) => path.join(folder, name));
execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=x",
  "-keyout", key, "-out", cert], { stdio: "ignore" });

let seen, dialled;

function serve(secure) {
  return (socket) => {
    let data = "";
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      data += chunk.toString("latin1");
      if (!data.includes("\r\n\r\n") || seen) return;
      const [line, ...fields] = data.split("\r\n\r\n")[0].split("\r\n");
      seen = { tls: secure, line };
      for (const field of fields) {
        const [name, value] = [field.slice(0, field.indexOf(":")).toLowerCase(), field.slice(field.indexOf(":") + 2)];
        if (name === "host" || name === "authorization") seen[name] = value;
      }
      socket.end("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    });
  };
}

const listen = (server) => new Promise((done) => server.listen(0, "127.0.0.1", () => done(server.address().port)));
const plainServer = net.createServer(serve(false));
const secureServer = tls.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, serve(true));
const [plain, secure] = [await listen(plainServer), await listen(secureServer)];

const note = (o) => (dialled = (o.host.includes(":") ? `[${o.host}]` : o.host) + ":" + o.port);
const httpAgent = new http.Agent();
httpAgent.createConnection = (o) => (note(o), net.connect(plain, "127.0.0.1"));
const httpsAgent = new https.Agent();
httpsAgent.createConnection = (o) => (note(o), tls.connect({ port: secure, host: "127.0.0.1", rejectUnauthorized: false }));

const rows = [];
for (const url of JSON.parse(fs.readFileSync(path.join(here, "urls.json"), "utf8")).urls) {
  seen = dialled = undefined;
  let error;
  try {
    await axios.post(url, "{}", { httpAgent, httpsAgent, maxRedirects: 0, timeout: 5000, proxy: false });
  } catch (e) {
    error = e.code || e.name;
  }
  rows.push({ url, ...(seen ? { ...seen, dialled } : { error: error || "nothing was sent" }) });
}
console.log(`{\n "client": "axios ${version}",\n "with": "Node ${process.version.slice(1)}",\n "urls": [`);
console.log(rows.map((row) => "  " + JSON.stringify(row)).join(",\n"));
console.log(" ]\n}");
plainServer.close();
secureServer.close();
