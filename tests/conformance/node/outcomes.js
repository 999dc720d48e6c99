// What clients and cloud came to: noted by tests that pass, for the table in `docs/reference`.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const FOLDER = process.env.HOST_OUTCOMES;

class Outcomes {
  constructor(file) {
    this.file = file;
    this.lines = [];
  }

  // The reply was understood, or the refusal arrived as the SDK's error with that code.
  note(client, action, caller, code = null) {
    this.lines.push(`${JSON.stringify({ client, action, caller, code })}\n`);
  }

  write() {
    if (FOLDER !== undefined) {
      fs.writeFileSync(path.join(FOLDER, `${this.file}.jsonl`), this.lines.sort().join(""));
    }
  }
}

module.exports = { Outcomes };
