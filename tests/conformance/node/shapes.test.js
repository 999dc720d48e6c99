// Every catalogued action of RAM, STS and ARMS answers what its sample shows, as the SDK reads it.
"use strict";

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { Cloud, OfflineCloud } = require("./cloud");
const { SIGNATURES } = require("./official");
const { Outcomes } = require("./outcomes");
const { ACTIONS, CALLERS, PRODUCTS, SHAPES_FILE } = require("./plan");
const { check } = require("./shapes");

const outcomes = new Outcomes("node-shapes");
let offline;

before(async () => {
  offline = await OfflineCloud.start();
});

after(async () => {
  outcomes.write();
  await offline.stop();
});

test("every catalogued action has a shape", () => {
  const shapes = Object.keys(SHAPES_FILE.shapes);
  const ours = shapes.filter((name) => PRODUCTS.includes(name.split(":")[0]));
  assert.deepEqual(ours.sort(), Object.keys(ACTIONS).sort());
});

for (const name of Object.keys(ACTIONS)) {
  for (const signature of SIGNATURES) {
    for (const caller of CALLERS) {
      test(`${name} ${signature} ${caller}`, async () => {
        await check(name, new Cloud(offline, signature), caller);
        outcomes.note(`node-${signature}`, name, caller);
      });
    }
  }
}
