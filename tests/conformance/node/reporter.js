// Says what failed, and how many tests passed: hundreds of lines about what is right help nobody.
"use strict";

module.exports = async function* report(source) {
  const count = { "test:pass": 0, "test:fail": 0 };
  for await (const { type, data } of source) {
    if (type === "test:stderr" || type === "test:stdout") {
      yield data.message;
    }
    if (!(type in count) || data.name.endsWith(".js")) {
      continue;
    }
    count[type] += 1;
    if (type === "test:fail") {
      const { error } = data.details;
      yield `FAILED ${data.name}\n${error.cause?.stack ?? error.stack ?? error}\n`;
    }
  }
  yield `${count["test:fail"]} failed, ${count["test:pass"]} passed\n`;
};
