// Calls of `shapes.toml`, and what has to be there before.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { ROOT } = require("./cloud");
const { SHAPES_FILE } = require("./plan");

// An entry's parameters, which may have `{places}`.
function parametersOf(entry) {
  return { ...SHAPES_FILE.groups[entry.use], ...entry.with };
}

// Makes what another call needs, and notes what it made.
async function take(name, cloud, made) {
  const step = SHAPES_FILE.steps[name];
  const [product, action] = step.call.split(":");
  if (step.makes) {
    made[step.makes] = cloud.name(step.makes);
  }
  const key = step["as-key"] ? { id: made.key, secret: made.secret } : undefined;
  const api = cloud.api(product, key);
  const parameters = fill(parametersOf(step), cloud, made);
  if (step.refused) {
    const { accessDeniedDetail: detail } = await api.refusal(action, parameters);
    for (const [kept, field] of Object.entries(step.refused)) {
      made[kept] = detail[field];
    }
    return;
  }
  const body = await api.call(action, parameters);
  for (const [kept, pointer] of Object.entries(step.keep ?? {})) {
    made[kept] = pointer.slice(1).split("/").reduce((tree, part) => tree[part], body);
  }
}

// The parameters with the names of what was made.
function fill(value, cloud, made) {
  const account = cloud.id("source");
  const names = {
    ...SHAPES_FILE.values,
    account,
    device: `device-${cloud.signature}-${made.caller}`,
    domain: `${account}.onaliyun.com`,
    fresh: cloud.name("fresh"),
    role_arn: `acs:ram::${account}:role/${made.role}`,
    signature: cloud.signature,
    user_principal: `${made.user}@${account}.onaliyun.com`,
    ...made,
  };
  const one = (item) => {
    if (Array.isArray(item)) {
      return item.map(one);
    }
    if (typeof item === "object") {
      return Object.fromEntries(Object.entries(item).map(([name, inner]) => [name, one(inner)]));
    }
    const place = /\{([a-z_]+)\}/g;
    return typeof item === "string" ? item.replace(place, (_, name) => names[name]) : item;
  };
  return one(value);
}

// Every field of a reply with the type of its value; a list stands for all its items.
function fields(tree, at = "", found = {}) {
  if (tree === null || tree === undefined) {
    return found;
  }
  let inner = [];
  if (Array.isArray(tree)) {
    inner = tree.map((item) => ["*", item]);
  } else if (typeof tree === "object") {
    inner = Object.entries(tree);
  }
  if (inner.length === 0) {
    found[at] = Array.isArray(tree) ? "list" : typeof tree;
  }
  for (const [name, item] of inner) {
    fields(item, `${at}/${name}`, found);
  }
  return found;
}

function sample(name) {
  const [product, action] = name.split(":");
  const file = path.join(ROOT, "tests", "samples", product, `${action}.success.json`);
  return JSON.parse(fs.readFileSync(file, "utf8"));
}

// Those of the expected fields that are not there.
function absent(entry, caller, expected) {
  const patterns = [...(entry.absent ?? [])];
  if (caller === "session") {
    patterns.push(...(entry["absent-for-sessions"] ?? []));
  }
  const matches = (pattern) => (field) =>
    pattern.endsWith("**") ? field.startsWith(pattern.slice(0, -2)) : field === pattern;
  return Object.keys(expected).filter((field) => patterns.some((it) => matches(it)(field)));
}

// Makes the call of a shape; its reply must have the fields of its sample, and no other of them.
async function check(name, cloud, caller) {
  const entry = SHAPES_FILE.shapes[name];
  const made = { caller, signature: cloud.signature };
  for (const step of entry.given ?? []) {
    await take(step, cloud, made);
  }
  const account = fill(entry.account ?? "source", cloud, made);
  const key = caller === "user" ? account : await cloud.administrator(account);
  const [product, action] = name.split(":");
  const parameters = fill(parametersOf(entry), cloud, made);
  const api = cloud.api(product, key);
  const got = fields(await api.call(action, parameters));
  const expected = fields(api.understood(action, sample(name)));
  const missing = Object.keys(expected).filter((field) => !(field in got));
  assert.deepEqual(missing.sort(), absent(entry, caller, expected).sort());
  for (const [field, type] of Object.entries(expected)) {
    if (field in got) {
      assert.equal(got[field], type, `the type of ${field}`);
    }
  }
}

module.exports = { check };
