// Loaded into the Node processes of the CDK: refuses every connection and every foreign program,
// and notes it, since the CDK might swallow the error.
const childProcess = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");

function refuse(what) {
  fs.appendFileSync(process.env.CLOSED_NOTES, `${what}\n`);
  throw new Error(`closed: ${what}`);
}

net.Socket.prototype.connect = (...options) => refuse(`connect ${JSON.stringify(options)}`);
for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync"]) {
  const original = childProcess[name];
  childProcess[name] = (program, ...rest) =>
    program === process.execPath ? original(program, ...rest) : refuse(`${name} ${program}`);
}
