// `host simulate` as a child process, and one signature's view of its cloud.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const readline = require("node:readline");
const { Api } = require("./official");

const ROOT = path.resolve(__dirname, "..", "..", "..");
const BINARY = process.env.HOST_BINARY ?? path.join(ROOT, "target", "debug", "host");
const SCENARIO = path.resolve(__dirname, "..", "scenario.toml");

// A running `host simulate`, with the address and the keys that it announced.
class OfflineCloud {
  static async start(scenario = SCENARIO) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "host-node-"));
    const words = ["simulate", "--listen", "127.0.0.1:0", "--json", "--scenario", scenario];
    const env = {
      ...process.env,
      HOST_STATE: path.join(folder, "state"),
      HOST_CACHE: path.join(folder, "cache"),
    };
    const child = spawn(BINARY, words, { env, stdio: ["ignore", "pipe", "inherit"] });
    const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value } = await lines.next();
    return new OfflineCloud(child, folder, JSON.parse(value));
  }

  // A cloud of that scenario's text.
  static async of(text) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "host-scenario-"));
    const file = path.join(folder, "scenario.toml");
    fs.writeFileSync(file, text);
    const cloud = await OfflineCloud.start(file);
    fs.rmSync(folder, { recursive: true });
    return cloud;
  }

  constructor(child, folder, announcement) {
    this.child = child;
    this.folder = folder;
    this.address = announcement.address;
    this.accounts = Object.fromEntries(announcement.accounts.map((it) => [it.name, it]));
  }

  async stop() {
    const end = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await end;
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  operator(account) {
    const { access_key_id: id, access_key_secret: secret } = this.accounts[account];
    return { id, secret };
  }
}

// Names that nobody else has.
let names = 0;

// One signature's view of a cloud.
class Cloud {
  constructor(offline, signature) {
    this.offline = offline;
    this.signature = signature;
  }

  // A client with that key, or with the key of that account's operator.
  api(product, key = "source") {
    const known = typeof key === "string" ? this.offline.operator(key) : key;
    return new Api(product, this.offline.address, known, this.signature);
  }

  id(account) {
    return this.offline.accounts[account].account;
  }

  name(kind) {
    names += 1;
    return `${kind}-${names}`;
  }

  // The AccessKey of a session that may do everything in that account.
  async administrator(account) {
    const role = this.name("role");
    const principal = `acs:ram::${this.id(account)}:root`;
    const trust = {
      Version: "1",
      Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { RAM: [principal] } }],
    };
    const ram = this.api("ram", account);
    await ram.call("CreateRole", {
      RoleName: role,
      AssumeRolePolicyDocument: JSON.stringify(trust),
    });
    const policy = { PolicyName: "AdministratorAccess", PolicyType: "System" };
    await ram.call("AttachPolicyToRole", { RoleName: role, ...policy });
    return this.session(`acs:ram::${this.id(account)}:role/${role}`, account);
  }

  async session(role, account = "source") {
    const sts = this.api("sts", account);
    const body = await sts.call("AssumeRole", { RoleArn: role, RoleSessionName: "tests" });
    const { AccessKeyId: id, AccessKeySecret: secret, SecurityToken: token } = body.Credentials;
    return { id, secret, token };
  }
}

module.exports = { Cloud, OfflineCloud, ROOT };
