// The official SDK, asked by API names: `new Api("ram", …).call("CreateRole", { RoleName: "r" })`.
//
// Requests are built and replies are read by the SDK's own models. There is no package for ARMS: the
// core's generic client asks it, which knows no models, so its replies are plain.
"use strict";

const $dara = require("@darabonba/typescript");
const core = require("@alicloud/openapi-core");
const ram = require("@alicloud/ram20150501");
const sts = require("@alicloud/sts20150401");
const plan = require("./plan");

const PACKAGES = { ram, sts };
const REGION = "cn-hangzhou";

// The signatures that the core can make: `ACS3-HMAC-SHA256`, and RPC V1 with HMAC-SHA1.
const SIGNATURES = { v3: undefined, v1: "v2" };

// A product's client.
class Api {
  constructor(product, address, key, signature) {
    this.product = product;
    this.package = PACKAGES[product];
    const config = new core.$OpenApiUtil.Config({
      accessKeyId: key.id,
      accessKeySecret: key.secret,
      securityToken: key.token,
      endpoint: address,
      protocol: "http",
      regionId: REGION,
      signatureAlgorithm: SIGNATURES[signature],
    });
    const Client = this.package ? this.package.default : core.default;
    this.client = new Client(config);
  }

  // The body of the reply, as the SDK understood it.
  async call(action, parameters = {}) {
    const ask = this.package ? this.typed : this.plain;
    const response = await ask.call(this, action, parameters);
    if (response.statusCode !== 200) {
      throw new Error(`${action} answered ${response.statusCode}`);
    }
    return $dara.toMap(response.body);
  }

  // A reply as the SDK understands it: its models may know less than others.
  understood(action, body) {
    if (this.package === undefined) {
      return body;
    }
    const Body = this.package[`${action}ResponseBody`];
    return $dara.toMap($dara.cast(body, new Body({})));
  }

  // The error of a call that must be refused.
  async refusal(action, parameters = {}) {
    let body;
    try {
      body = await this.call(action, parameters);
    } catch (error) {
      return error;
    }
    throw new Error(`${action} was not refused: ${JSON.stringify(body)}`);
  }

  typed(action, parameters) {
    const wanted = action.toLowerCase();
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(this.client));
    const method = methods.find((name) => name.toLowerCase() === wanted);
    const Request = this.package[`${action}Request`];
    if (Request === undefined) {
      return this.client[method]();
    }
    return this.client[method]($dara.cast(parameters, new Request({})));
  }

  plain(action, parameters) {
    const { method, version } = plan.ACTIONS[`${this.product}:${action}`];
    const params = new core.$OpenApiUtil.Params({
      action,
      version,
      method,
      protocol: "HTTP",
      pathname: "/",
      authType: "AK",
      style: "RPC",
      reqBodyType: "formData",
      bodyType: "json",
    });
    const query = core.OpenApiUtil.query(parameters);
    const request = new core.$OpenApiUtil.OpenApiRequest({ query });
    return this.client.callApi(params, request, new $dara.RuntimeOptions({}));
  }
}

module.exports = { Api, SIGNATURES: Object.keys(SIGNATURES), core };
