// What is asked: `shapes.toml` and the catalog, as `cargo xtask conformance` writes them down for us.
"use strict";

const fs = require("node:fs");

const file = process.env.HOST_PLAN;
if (file === undefined) {
  throw new Error("run `cargo xtask conformance`, which writes down what is asked");
}
const { shapes: SHAPES_FILE, actions, gateway: GATEWAY } = JSON.parse(fs.readFileSync(file, "utf8"));

// The products that this folder asks.
const PRODUCTS = ["arms", "ram", "sts"];

// Every action of theirs, with its version, method and own error codes.
const ours = ([name]) => PRODUCTS.includes(name.split(":")[0]);
const ACTIONS = Object.fromEntries(Object.entries(actions).filter(ours));

module.exports = { ACTIONS, CALLERS: ["user", "session"], GATEWAY, PRODUCTS, SHAPES_FILE };
