// Print what Redocly's recommended rules find in the schema at an address, as JSON.
import { createConfig, lint } from "@redocly/openapi-core";

const config = await createConfig({ extends: ["recommended"] });
const found = await lint({ ref: process.argv[2], config });
console.log(JSON.stringify(found.map(({ severity, ruleId, message, location }) => (
  { severity, ruleId, message, place: location[0].pointer }
))));
