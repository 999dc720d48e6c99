// The older generic client, `@alicloud/openapi-client`, which knows no product at all.
"use strict";

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const generic = require("@alicloud/openapi-client");
const { RuntimeOptions } = require("@alicloud/tea-util");
const { Cloud, OfflineCloud } = require("./cloud");
const { Outcomes } = require("./outcomes");
const { ACTIONS, CALLERS } = require("./plan");

const CLIENT = "node-generic";
const SIGNATURES = { v3: undefined, v1: "v2" };
const outcomes = new Outcomes(CLIENT);
let offline;
let keys;

before(async () => {
  offline = await OfflineCloud.start();
  const session = await new Cloud(offline, "v3").administrator("monitoring");
  keys = { user: offline.operator("monitoring"), session };
});

after(async () => {
  outcomes.write();
  await offline.stop();
});

async function ask(signatureAlgorithm, key, name, query = {}) {
  const client = new generic.default(
    new generic.Config({
      accessKeyId: key.id,
      accessKeySecret: key.secret,
      securityToken: key.token,
      endpoint: offline.address,
      protocol: "http",
      regionId: "cn-hangzhou",
      signatureAlgorithm,
    }),
  );
  const { version } = ACTIONS[name];
  const params = new generic.Params({
    action: name.split(":")[1],
    version,
    method: "POST",
    protocol: "HTTP",
    pathname: "/",
    authType: "AK",
    style: "RPC",
    reqBodyType: "formData",
    bodyType: "json",
  });
  const request = new generic.OpenApiRequest({ query });
  return (await client.callApi(params, request, new RuntimeOptions({}))).body;
}

for (const [signature, algorithm] of Object.entries(SIGNATURES)) {
  for (const caller of CALLERS) {
    test(`lists applications ${signature} ${caller}`, async () => {
      const name = "arms:ListTraceApps";
      const body = await ask(algorithm, keys[caller], name, { RegionId: "cn-hangzhou" });
      assert.ok(body.TraceApps.some((app) => app.AppName === "order-service"));
      outcomes.note(CLIENT, name, caller);
    });

    test(`is refused ${signature} ${caller}`, async () => {
      const name = "ram:GetRole";
      await assert.rejects(ask(algorithm, keys[caller], name, { RoleName: "absent" }), (error) => {
        assert.equal(error.code, "EntityNotExist.Role");
        assert.equal(error.data.statusCode, 404);
        return true;
      });
      outcomes.note(CLIENT, name, caller, "EntityNotExist.Role");
    });
  }
}
