// Every code that the catalog knows arrives as the SDK's error, with code, status and request id.
//
// The scenario makes the cloud answer with one code after the other: first those of the gateway, each to
// another action, then each action's own.
"use strict";

const assert = require("node:assert/strict");
const { after, test } = require("node:test");
const { Cloud, OfflineCloud } = require("./cloud");
const { SIGNATURES, core } = require("./official");
const { Outcomes } = require("./outcomes");
const { ACTIONS, CALLERS, GATEWAY, PRODUCTS } = require("./plan");

const { ClientError, ServerError, ThrottlingError } = core;
const ACCOUNT = "6543210987654321";
const TRUST = JSON.stringify({
  Version: "1",
  Statement: [
    {
      Action: "sts:AssumeRole",
      Effect: "Allow",
      Principal: { RAM: [`acs:ram::${ACCOUNT}:root`] },
    },
  ],
});
const SCENARIO = `
seed = 20260108
start = "2026-01-05T09:00:00Z"

[accounts.source]
id = "${ACCOUNT}"

[accounts.source.operator]
access_key_id = "LTAI5tFakeSourceOperator00001"
access_key_secret = "FakeSourceOperatorSecret00001"

[[accounts.source.roles]]
name = "everything"
policies = ["AdministratorAccess"]
trust = '${TRUST}'
`;

const CASES = SIGNATURES.flatMap((signature) => CALLERS.map((caller) => ({ signature, caller })));
const outcomes = new Outcomes("node-errors");

// The first request makes the session; only later ones fail.
const rule = (on, [code, status]) => `
[[fault]]
on = "${on}"
kind = "error"
code = "${code}"
status = ${status}
nth = 2
count = ${CASES.length}
`;

function check(error, code, status) {
  const ordinary = status >= 500 ? ServerError : ClientError;
  const kind = code.includes("Throttling") ? ThrottlingError : ordinary;
  assert.equal(error.constructor.name, kind.name, code);
  assert.deepEqual([error.code, error.statusCode], [code, status]);
  assert.match(error.requestId, /^[0-9A-F-]{36}$/);
}

// In the order of the rules.
async function askAll(offline, product, actions) {
  const session = await new Cloud(offline, "v3").session(`acs:ram::${ACCOUNT}:role/everything`);
  const keys = { user: "source", session };
  const ask = async ({ signature, caller }, name, code, status) => {
    const api = new Cloud(offline, signature).api(product, keys[caller]);
    check(await api.refusal(name.split(":")[1]), code, status);
    outcomes.note(`node-${signature}`, name, caller, code);
  };
  let turn = 0;
  for (const [code, status] of Object.entries(GATEWAY)) {
    for (const asked of CASES) {
      await ask(asked, actions[turn % actions.length], code, status);
      turn += 1;
    }
  }
  for (const name of actions) {
    for (const [code, status] of Object.entries(ACTIONS[name].errors)) {
      for (const asked of CASES) {
        await ask(asked, name, code, status);
      }
    }
  }
}

for (const product of PRODUCTS) {
  const actions = Object.keys(ACTIONS).filter((name) => name.startsWith(`${product}:`));
  test(`every code of ${product} arrives`, async () => {
    const rules = Object.entries(GATEWAY).map((entry) => rule("*", entry));
    for (const action of actions) {
      rules.push(...Object.entries(ACTIONS[action].errors).map((entry) => rule(action, entry)));
    }
    const offline = await OfflineCloud.of(SCENARIO + rules.join(""));
    try {
      await askAll(offline, product, actions);
    } finally {
      await offline.stop();
    }
  });
}

after(() => outcomes.write());
